"""With green threads, an operation of a connection does not wait for others where it can go on at once."""

import socket
from contextlib import suppress

import gevent
import gevent.socket
import pytest
from psycopg.waiting import READY_NONE, READY_R, READY_W, WAIT_R, WAIT_RW

from loadzone.database.connection import _ahead_of_others


@pytest.fixture
def pair():
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def operation(*wanted):
    """Wait for these in turn, as psycopg's generators do; return what they were answered."""
    answers = []
    for one in wanted:
        answers.append((yield one))
    return answers


def result_of(generator):
    with pytest.raises(StopIteration) as end:
        next(generator)
    return end.value.value


def fill(connection):
    """Write until nothing can be written at once any more."""
    connection.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            connection.send(bytes(1 << 16))


def test_what_can_be_written_at_once_lets_no_other_run(pair):
    turns = []
    other = gevent.spawn(turns.append, "other")
    assert result_of(_ahead_of_others(operation(*[WAIT_RW] * 5), pair[0].fileno(), 5)) == [READY_W] * 5
    assert turns == []
    other.join()


def test_others_run_until_there_is_something_to_read(pair):
    here, there = pair
    gevent.spawn(there.send, b"answer")
    assert result_of(_ahead_of_others(operation(WAIT_R), here.fileno(), 5)) == [READY_R]


def test_of_all_that_can_go_on_the_operation_is_the_first(pair):
    here, there = pair
    order = []

    def read(name):
        if name == "operation":
            result_of(_ahead_of_others(operation(WAIT_R), here.fileno(), 5))
        else:
            gevent.socket.wait_read(here.fileno())
        order.append(name)

    waiting = [gevent.spawn(read, name) for name in ("first", "second", "operation", "last")]
    gevent.spawn(there.send, b"for all of them")
    gevent.joinall(waiting, timeout=5)
    assert (order[0], sorted(order)) == ("operation", ["first", "last", "operation", "second"])


def test_a_long_wait_is_left_to_the_connection_which_bounds_it(pair):
    here, _ = pair
    fill(here)
    waiting = _ahead_of_others(operation(WAIT_RW, WAIT_R), here.fileno(), 0.01)
    assert next(waiting) == WAIT_RW
    assert waiting.send(READY_W) == WAIT_R
    with pytest.raises(StopIteration) as end:
        waiting.send(READY_NONE)
    assert end.value.value == [READY_W, READY_NONE]
