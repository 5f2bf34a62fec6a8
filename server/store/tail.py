"""What to do when the store has lost the end of a log: a primary failed, and its successor had not everything yet.

Rule: what was lost is put back as it was, byte for byte, or nobody goes on. Where something else stands by now, there are two histories of
one evening, and only people can say which numbers hold.
"""

from collections.abc import Sequence

from server.store.codec import digest
from server.store.errors import ForkedLog
from server.store.log import Top

_DIGITS = 8
"""As many of a hash as a screen shows."""


def lost_part(start: int, held: Sequence[bytes], stored: Sequence[bytes]) -> tuple[Top, list[bytes]]:
    """The records that the store lost, and the top that it has now; none when it has them all.

    ``held`` are the records after offset ``start`` as they were followed here, at least one, ``stored`` those that the store has there now.

    Raises:
        ForkedLog: another record stands in the place of one of them, or more is lost than is held here.
    """
    same = next((index for index, pair in enumerate(zip(held, stored, strict=False)) if pair[0] != pair[1]), min(len(held), len(stored)))
    if same < len(stored):
        ours, theirs = (digest(record).hex()[:_DIGITS] for record in (held[same], stored[same]))
        lost = len(held) - same
        raise ForkedLog(
            start + same + 1, f"was {ours} when it was followed here, and is {theirs} in the store now; {lost} entries are lost"
        )
    if not same:
        raise ForkedLog(start + 1, f"is lost, and so are all after it up to {start + len(held)}; more were lost than are held here")
    return Top(start + same, held[same - 1]), list(held[same:])
