"""Retention: old lines go in small steps with pauses, by the leader alone."""

from datetime import datetime, timedelta, timezone

from loadzone.domain.leadership import SoleProcess
from loadzone.reports.history_database import HistoryAway
from loadzone.reports.retention import AT_ONCE, PAUSES, Retention

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


class Lines:
    """So many old lines, each step through which takes a tenth of a second."""

    def __init__(self, number):
        self.left, self.steps, self.pauses, self.seconds = number, [], [], 0.0
        self.days = 0

    def forget(self, before, at_most):
        assert before == NOW - timedelta(days=400)
        self.seconds += 0.1
        deleted = min(self.left, at_most)
        self.left -= deleted
        self.steps.append(deleted)
        return deleted

    def forget_day(self, before):
        assert before == NOW - timedelta(days=400)
        self.days -= 1
        return self.days >= 0

    def retention(self, leadership=None):
        clocks = {"clock": lambda: NOW, "steady": lambda: self.seconds}
        leadership = leadership or SoleProcess()
        return Retention(self.forget, self.forget_day, 400, leadership=leadership, sleep=self.pauses.append, **clocks)


def test_old_lines_go_in_steps_with_pauses_between_them(caplog):
    caplog.set_level("INFO", "loadzone.history")
    lines = Lines(2 * AT_ONCE + 7)
    lines.retention().look()
    assert lines.steps == [AT_ONCE, AT_ONCE, 7]
    assert [round(pause, 6) for pause in lines.pauses] == [PAUSES * 0.1] * 2
    assert caplog.messages == ["the history goes back to 2025-10-20: 2007 older lines were deleted"]


def test_where_nothing_is_old_nothing_is_said(caplog):
    caplog.set_level("INFO", "loadzone.history")
    lines = Lines(0)
    lines.retention().look()
    assert (lines.steps, lines.pauses, caplog.messages) == ([0], [], [])


class Led:
    """Leads for so many looks at it."""

    def __init__(self, looks):
        self.looks = looks

    @property
    def leads(self):
        self.looks -= 1
        return self.looks >= 0


def test_only_the_leader_deletes_and_ends_when_it_leads_no_more():
    follower, former = Lines(5), Lines(10 * AT_ONCE)
    follower.retention(Led(0)).look()
    former.retention(Led(3)).look()
    assert (follower.steps, former.steps) == ([], [AT_ONCE] * 3)


def test_a_look_that_still_works_is_not_joined_by_the_next_one():
    lines = Lines(2 * AT_ONCE)
    retention = lines.retention()
    retention._sleep = lambda _: retention.look()
    retention.look()
    assert lines.steps == [AT_ONCE, AT_ONCE, 0]


def test_what_lines_add_up_to_goes_day_by_day():
    lines = Lines(0)
    lines.days = 3
    lines.retention().look()
    assert lines.days == -1
    assert len(lines.pauses) == 3


def test_a_database_that_is_away_is_told_by_others():
    lines = Lines(5)
    retention = lines.retention()

    def fail(before, at_most):
        raise HistoryAway("disk full")

    retention._forget = fail
    retention.look()
    retention._forget = lines.forget
    retention.look()
    assert lines.steps == [5]
