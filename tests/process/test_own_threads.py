"""Calls that block for long in threads of their own take no thread from those that write the data file."""

import subprocess
import sys

from support.server import ROOT

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import gevent
from loadzone.lib.concurrency import OwnThreads, run_blocking, sleep_in_thread

run_long = OwnThreads(2)
ended = []
begun = [gevent.spawn(lambda: run_long(lambda: sleep_in_thread(0.2)) or ended.append(1)) for _ in range(20)]
gevent.sleep(0)
assert run_blocking(lambda: "written") == "written"
assert not ended
gevent.joinall(begun)
assert len(ended) == 20
"""


def test_a_file_is_written_while_more_calls_wait_than_there_are_threads():
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, timeout=30)
