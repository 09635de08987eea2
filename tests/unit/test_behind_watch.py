"""What sockets are told, and when they are cut, as time passes in which nothing was certain."""

import threading

from loadzone.notifications import behind_watch
from loadzone.notifications.behind_watch import LOOK_SECONDS, LOOKS_A_TELLING, BehindWatch
from support.waiting import eventually


class Told:
    """Rooms that note what they are to do."""

    def __init__(self):
        self.told = []

    def send(self, room, event, payload):
        self.told.append((room, event, payload()["seconds"]))

    def disconnect_all(self):
        self.told.append("cut")


def told_at(*seconds):
    """Return what is told at each look; at each of them the node may be behind by so much."""
    rooms, ages = Told(), iter(seconds)
    watch, answer = BehindWatch(rooms, lambda: next(ages)), []
    for _ in seconds:
        watch.look()
        answer.append(rooms.told)
        rooms.told = []
    return answer


def everybody(seconds):
    return [("members", "behind", seconds), ("strangers", "behind", seconds)]


def test_nobody_is_told_anything_while_all_is_well():
    assert told_at(0, 1.2, 2.9, 0) == [[], [], [], []]


def test_everybody_is_told_once_a_second_and_when_it_is_over():
    ages = [3 + number * LOOK_SECONDS for number in range(LOOKS_A_TELLING + 1)]
    assert told_at(*ages, 0.1, 0.2) == [everybody(3), [], [], [], everybody(4), everybody(0), []]


def test_sockets_are_cut_at_each_look_and_told_nothing_afterwards():
    assert told_at(9.4, 9.5, 9.8, 0.1) == [everybody(9), ["cut"], ["cut"], []]


def test_it_goes_on_whatever_happens(monkeypatch, caplog):
    """Without it, sockets of a node that is cut off would stay."""
    monkeypatch.setattr(behind_watch, "LOOK_SECONDS", 0.01)
    rooms, ages = Told(), iter(["no number", 10])
    rooms.start = lambda work: threading.Thread(target=work, daemon=True).start()
    watch = BehindWatch(rooms, lambda: next(ages, 0))
    watch.start()
    try:
        eventually(lambda: rooms.told == ["cut"])
    finally:
        watch.stop()
    assert "sockets could not be told" in caplog.text
