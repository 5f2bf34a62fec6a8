"""The loop of every command: a few sockets in each turn."""

import selectors
import socket
from contextlib import ExitStack

from server.hub.loop import SOCKETS, FewAtATime


def test_everybody_has_their_turn() -> None:
    """When more sockets are ready than one turn takes, each of them is told of within as many turns as that makes."""
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        ready = [_with_something_to_read(stack) for _ in range(3 * SOCKETS)]
        for sock in ready:
            selector.register(sock, selectors.EVENT_READ)
        turns = [{key.fd for key, _ in selector.select(0)} for _ in range(3)]
    assert [SOCKETS] * 3 == [len(turn) for turn in turns]
    assert 3 * SOCKETS == len(set.union(*turns))


def test_few_are_all_told_of() -> None:
    """When no more are ready than one turn takes, it takes them all."""
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        for _ in range(SOCKETS):
            selector.register(_with_something_to_read(stack), selectors.EVENT_READ)
        assert SOCKETS == len(selector.select(0))


def _with_something_to_read(stack: ExitStack) -> socket.socket:
    here, there = (stack.enter_context(sock) for sock in socket.socketpair())
    there.send(b"x")
    return here
