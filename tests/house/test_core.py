"""The core stays pure. That it imports no clock, chance or package is held by the import contracts in pyproject.toml."""

import ast
import sys
import tomllib

from tests.house.tree import imports, sources, texts

CLOCKS = {"now", "today", "utcnow"}
WAITING_NODES = (ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await)


def test_the_core_waits_for_nothing() -> None:
    """Nothing in the core is async: what it decides depends on its arguments alone."""
    faults = [
        f"{path}:{node.lineno} {type(node).__name__}"
        for path, text in sources(".py", under="server/core/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, WAITING_NODES)
    ]
    assert [] == faults


def test_the_core_reads_no_date() -> None:
    """datetime may read the times of a bazaar file; what time it is comes to the core as an argument."""
    faults = [
        f"{path}:{node.lineno} {node.attr}"
        for path, text in sources(".py", under="server/core/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS
    ]
    assert [] == faults


def test_the_core_stands_on_the_standard_library() -> None:
    """The core imports itself and Python's own modules; a new dependency needs no new line in the contracts to be kept out."""
    faults = [
        f"{path} imports {module}"
        for path, text in sources(".py", under="server/core/")
        for module in imports(text)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("server.core.")
    ]
    assert [] == faults


def test_every_room_stands_in_the_contracts() -> None:
    """A new room of the server must be given its layer, or its imports would be checked by nothing."""
    contracts = tomllib.loads(texts()["pyproject.toml"])["tool"]["importlinter"]["contracts"]
    layers = {room.strip(" ()") for contract in contracts for layer in contract.get("layers", ()) for room in layer.split("|")}
    rooms = {"server." + path.split("/")[1].removesuffix(".py") for path, _ in sources(".py", under="server/")}
    assert set() == rooms - layers - {"server.__init__"}
