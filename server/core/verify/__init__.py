"""Checks a finished or running log against the rules, from nothing but its records.

The rules are written here a second time, from ``docs/protocol.md`` and not from the modules that decide: the package imports none of
them, not even their words, so that one mistake would have to be made twice to stay unseen. It works on entries as they were decoded from
the log (plain maps) and on the hash of each record as it was stored.
"""

from server.core.verify.check import verify
from server.core.verify.verdict import HEAD_DIGITS_MIN, Fault, Figures, Verdict

__all__ = ["HEAD_DIGITS_MIN", "Fault", "Figures", "Verdict", "verify"]
