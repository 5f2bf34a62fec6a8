"""A counter worked from a keypad: over the commands stream and the log, with a writer somewhere else deciding."""

from collections.abc import AsyncIterator

import pytest

from counters.keypad import BadPress, Keypad, NoAnswer, press_keys, press_once
from server.core.entry import Entry, Refusal
from server.core.events import TicketCalled, TicketServed
from server.core.values import CounterNumber, Label
from server.store.errors import BrokenLog
from server.store.log import MemoryLog
from tests.store.hubs import hub, opened
from tests.store.samples import issue


def plain(message: str) -> str:
    """English: the message itself."""
    return message


@pytest.fixture
async def log() -> AsyncIterator[MemoryLog]:
    """A bazaar whose commands are decided by a hub's writer; counter 1 is open, A-001 and A-002 wait."""
    log = MemoryLog()
    async with hub(await opened(log)) as one:
        await one.submit({"command_id": "test-command-000001", "do": "open_counter", "by": "admin", "counter": 1})
        for number in (2, 3):
            await one.submit(issue(number))
        yield log


async def press(log: MemoryLog, word: str, said: str = "", counter: int = 1) -> Entry:
    """Press one thing at a counter."""
    keypad = Keypad(log, counter)
    async with keypad.followed():
        return await keypad.press(word, said)


async def keys(typed: str) -> AsyncIterator[str]:
    """Keys, one after the other."""
    for key in typed:
        yield key


async def test_next_is_published_and_its_entry_read(log: MemoryLog) -> None:
    """A press goes through the stream as the counter's own, sees who is there, and comes back as its entry."""
    first = await press(log, "next")
    assert ("counter/1", (TicketCalled(ticket=Label("A-001"), counter=CounterNumber(1)),)) == (first.by, first.outcome)
    second = await press(log, "next")
    assert TicketServed(ticket=Label("A-001"), counter=CounterNumber(1)) == second.events[0]


async def test_every_word_has_its_command(log: MemoryLog) -> None:
    """Whatever can be pressed on a tablet can be typed."""
    for word, said in (("next", ""), ("hold", ""), ("return", "A-001"), ("next", ""), ("recall", ""), ("transfer", "kk"), ("next", "")):
        assert not isinstance((await press(log, word, said)).outcome, Refusal), word
    for word, said in (("undo", ""), ("cancel", "A-003"), ("pause", "salat"), ("open", ""), ("next", ""), ("finish", ""), ("close", "")):
        assert not isinstance((await press(log, word, said)).outcome, Refusal), word


async def test_outcome_in_one_line(log: MemoryLog) -> None:
    """A press that was carried out says what happened and where it stands in the log; a refused one says why, and is False."""
    told: list[str] = []
    assert await press_once(Keypad(log, 1), "next", "", told.append, plain)
    assert not await press_once(Keypad(log, 2), "next", "", told.append, plain)
    assert ["A-001 is called. (#5)", "Counter 2 is not open."] == told


async def test_keys(log: MemoryLog) -> None:
    """Keys are pressed one after the other; what is no key is passed over, and q ends it."""
    told: list[str] = []
    await press_keys(Keypad(log, 1), keys("nxnqn"), told.append, plain)
    assert ["A-001 is called. (#5)", "A-002 is called. (#6)"] == [line for line in told if "#" in line]


async def test_key_without_a_ticket(log: MemoryLog) -> None:
    """A key about the ticket at the counter says when there is none, and the keypad goes on."""
    told: list[str] = []
    await press_keys(Keypad(log, 1), keys("fn"), told.append, plain)
    assert ["nobody is at counter 1", "A-001 is called. (#5)"] == [line for line in told if not line.startswith("[")]


async def test_state_in_one_line(log: MemoryLog) -> None:
    """The counter is told when it changes: who is there, who is next, how many wait."""
    told: list[str] = []
    await press_keys(Keypad(log, 1), keys("p"), told.append, plain)
    assert "[1] - · Next: A-001 · Waiting: 2" == told[0]


@pytest.mark.parametrize(
    ("word", "said", "counter"),
    [("dance", "", 1), ("next", "A-001", 1), ("transfer", "", 1), ("return", "", 1), ("recall", "", 1), ("next", "", 99)],
)
async def test_what_cannot_even_be_asked(log: MemoryLog, word: str, said: str, counter: int) -> None:
    """No such word or counter, a word too many or too few, nobody at the counter: nothing is published."""
    before = await log.follow(0, "")
    with pytest.raises(BadPress):
        await press(log, word, said, counter)
    assert before == await log.follow(0, "")


async def test_nobody_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a hub a press is kept in the stream, and whoever pressed is told."""
    monkeypatch.setattr("counters.keypad.ANSWER_S", 0)
    log = MemoryLog()
    await opened(log)
    with pytest.raises(NoAnswer):
        await press(log, "open")
    assert 1 == len((await log.follow(1, "")).commands)


async def test_the_log_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keypad on a log that another edition has taken the place of says so, instead of waiting for an entry that will never come."""
    monkeypatch.setattr("server.store.log.FOLLOW_S", 0.01)
    log = MemoryLog()
    await opened(log)
    keypad = Keypad(log, 1)

    async def work() -> None:
        async with keypad.followed():
            log._records[0] = log._records[0] + b"another"
            await keypad.press("open")

    with pytest.raises(BrokenLog):
        await work()
