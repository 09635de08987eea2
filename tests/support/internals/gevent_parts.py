"""The rest of gevent, and APScheduler."""

import subprocess
import sys
import threading
from datetime import timezone

import gevent
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from gevent import monkey

from support.internals.registry import used

PATCHED = "from gevent import monkey; monkey.patch_all(); print(monkey.is_module_patched('threading'))"


@used("monkey.is_module_patched")
def patched():
    assert monkey.is_module_patched("threading") is False
    assert subprocess.check_output([sys.executable, "-c", PATCHED], text=True) == "True\n"


@used("threadpool.apply")
def thread_pool():
    thread = gevent.get_hub().threadpool.apply(threading.get_ident)
    assert thread != threading.get_ident()


@used("gevent.Timeout")
def timeout():
    error = TimeoutError("late")
    with pytest.raises(TimeoutError) as raised, gevent.Timeout(0.001, error):
        gevent.sleep(10)
    assert raised.value is error


@used("gevent.spawn")
def started_later():
    ran = []
    greenlet = gevent.spawn(ran.append, "ran")
    assert not ran
    greenlet.join()
    assert ran


@used("BackgroundScheduler._process_jobs")
def seconds_until_the_next_job():
    scheduler = BackgroundScheduler(timezone=timezone.utc)
    scheduler.start()
    try:
        assert scheduler._process_jobs() is None
        scheduler.add_job(lambda: None, "interval", seconds=100)
        assert 90 < scheduler._process_jobs() <= 100
    finally:
        scheduler.shutdown()


@used("BlockingScheduler._main_loop")
def sleep_between_jobs():
    waits = []

    class Event:
        def wait(self, seconds):
            waits.append(seconds)
            if len(waits) == 3:
                BlockingScheduler.shutdown(scheduler)

        def set(self):
            pass

        clear = set

    class Scheduler(BlockingScheduler):
        def _process_jobs(self):
            return 4.5

    scheduler = Scheduler(timezone=timezone.utc)
    scheduler._event = type("Unset", (Event,), {"is_set": lambda self: False})()
    scheduler.start()
    assert waits[1:] == [4.5, 4.5]


@used("BackgroundScheduler.add_job")
def job_set_by_itself():
    scheduler, done, runs = BackgroundScheduler(timezone=timezone.utc), threading.Event(), []

    def again():
        runs.append(1)
        if len(runs) == 2:
            done.set()
            return
        add()

    def add():
        scheduler.add_job(again, "date", id="deadline", replace_existing=True, misfire_grace_time=None, max_instances=2)

    scheduler.start()
    try:
        add()
        assert done.wait(10)
        scheduler.get_jobs()  # waits for the main loop, which would miss its job after the end
    finally:
        scheduler.shutdown()


@used("BackgroundScheduler.shutdown")
def end_during_a_job():
    scheduler, began, may_end = BackgroundScheduler(timezone=timezone.utc), threading.Event(), threading.Event()
    scheduler.add_job(lambda: (began.set(), may_end.wait(10)), misfire_grace_time=None)
    scheduler.start()
    try:
        assert began.wait(10)
        scheduler.get_jobs()
        scheduler.shutdown(wait=False)
        assert not scheduler.running
    finally:
        may_end.set()
