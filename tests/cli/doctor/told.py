"""What an examination said, for tests."""

from collections.abc import Iterable

from server.cli.doctor.finding import Finding, State


def told(found: Iterable[Finding], state: State) -> str:
    """What was found in this state, one a line, each with what to do."""
    return "\n".join(f"{one.about}: {one.says} → {one.do}" for one in found if one.state is state)
