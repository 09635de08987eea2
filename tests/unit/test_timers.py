"""The timers measure by a clock that nobody can set."""

from datetime import datetime, timedelta

import apscheduler.schedulers.base

from loadzone.lib.times import utc_now
from loadzone.server.clock_safe_scheduler import LONGEST_SLEEP, ClockSafeScheduler
from support.waiting import eventually


def test_intervals_go_on_when_the_clock_is_set_back(monkeypatch):
    ahead = timedelta(days=1)

    class SettableClock(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.now(zone) + ahead

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", SettableClock)
    timers, runs = ClockSafeScheduler(), []
    timers.every(lambda: runs.append(1), 0.01)
    timers.start()
    try:
        eventually(lambda: runs, timeout=60)
        ahead = timedelta(0)
        seen = len(runs)
        eventually(lambda: len(runs) > seen + 3, timeout=60)
    finally:
        timers.shutdown()


def test_an_interval_that_passed_during_a_suspend_runs_at_once():
    seconds, runs = [0.0], []
    timers = ClockSafeScheduler(steady=lambda: seconds[0])
    timers.every(lambda: runs.append(seconds[0]), 3600)
    timers.start()
    try:
        seconds[0] += 8 * 3600
        timers.wakeup()
        eventually(lambda: runs, timeout=60)
        timers.wakeup()
        assert timers._process_jobs() <= LONGEST_SLEEP
    finally:
        timers.shutdown()
    assert runs == [8 * 3600], "once, however many were missed"


def test_the_timers_check_the_clock_every_few_seconds():
    timers = ClockSafeScheduler()
    timers.start(paused=True)
    assert timers._process_jobs() <= LONGEST_SLEEP
    timers.resume()
    timers.add_job(lambda: None, "date", run_date=utc_now() + timedelta(days=1))
    assert timers._process_jobs() <= LONGEST_SLEEP
    timers.shutdown()
