"""The clock by which the silence of jobs is measured: it stands still while the server cannot hear."""

from datetime import timedelta

import pytest

from loadzone.lib.listening_clock import GAP_AT_MOST, LOOK_SECONDS, ListeningClock
from support.world import NOON


class Server:
    """A server whose clock is looked at as in a running one, unless it is stopped or cannot save."""

    def __init__(self):
        self.seconds = 1000.0
        self.is_deaf = False
        self.clock = ListeningClock(NOON, lambda: self.is_deaf, lambda: self.seconds)

    def run(self, seconds):
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds = min(self.seconds + LOOK_SECONDS, end)
            self.clock.look()

    def pause(self, seconds):
        self.seconds += seconds

    def heard(self):
        return (self.clock.now() - NOON).total_seconds()


@pytest.fixture
def server():
    return Server()


def test_it_runs_while_the_server_runs(server):
    server.run(90.5)
    assert server.heard() == pytest.approx(90.5)


def test_a_pause_does_not_count(server):
    server.run(10)
    server.pause(3600)
    assert server.heard() == pytest.approx(10), "at the first look after it, whoever asks"
    server.run(10)
    assert server.heard() == pytest.approx(20)


def test_of_many_short_stalls_only_the_time_between_them_counts(server):
    for _ in range(100):
        server.pause(GAP_AT_MOST + 0.1)
        server.run(3)
    assert 2 * 100 <= server.heard() <= 3 * 100, "the second in which a stall ended may be lost"


def test_a_server_that_is_only_slow_still_notices_silence(server):
    for _ in range(100):
        server.pause(GAP_AT_MOST)
        server.clock.look()
    assert server.heard() == pytest.approx(100 * GAP_AT_MOST)


def test_it_stands_still_while_signs_of_life_cannot_be_saved(server):
    server.run(10)
    server.is_deaf = True
    server.run(600)
    server.is_deaf = False
    server.run(10)
    assert server.heard() == pytest.approx(20)


def test_it_never_goes_back(server):
    seen = [server.clock.now()]
    for _ in range(5):
        server.run(1)
        server.pause(100)
        seen.append(server.clock.now())
    assert seen == sorted(seen)
    assert seen[-1] - NOON < timedelta(minutes=1)
