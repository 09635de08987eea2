"""A process that imports the modules once and forks for each order: `python app.py` without the imports.

With `--green` gevent patches it first, as `python app.py` does; a command has plain threads.

Orders come as JSON through a Unix socket, which is standard input. {"words": ["app.py"], "environment": {…}} comes with
descriptors for input, output and errors and is answered with the process id; words are what follows `python`.
{"ended": pid} is answered with the exit code of a process that has ended.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
import time
from pathlib import Path

import gevent
from gevent import monkey
from measured import MEASURED, trace_green_threads

# Taken before gevent replaces them: gevent's versions rely on its event loop, which does not run here.
orders = socket.socket(fileno=0)
fork, waitpid, close = os.fork, os.waitpid, os.close
GREEN = "--green" in sys.argv
if GREEN:
    monkey.patch_all()

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)

import app  # noqa: E402, F401

gc.freeze()  # a command that ends would else go through all that it has from here, in a tenth of a second


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; this process ends with them
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, 65536, 3)
        if not order:
            return
        order = json.loads(order)
        if "ended" in order:
            answer = os.waitstatus_to_exitcode(waitpid(order["ended"], 0)[1])
        else:
            answer = start(order["words"], order["environment"], descriptors)
        orders.send(json.dumps(answer).encode())


def start(words: list[str], environment: dict[str, str], descriptors: list[int]) -> int:
    if pid := fork():
        for descriptor in descriptors:
            close(descriptor)
        return pid
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if GREEN:
        gevent.reinit()  # otherwise all servers would share the descriptors of one event loop
        if MEASURED:
            trace_green_threads()
    orders.close()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        close(descriptor)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    run(*words)
    sys.exit()


def run(program: str, *words: str) -> None:
    if program == "-m":
        sys.argv = list(words)
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [program, *words]
        runpy.run_path(str(ROOT / program), run_name="__main__")


if __name__ == "__main__":
    main()
