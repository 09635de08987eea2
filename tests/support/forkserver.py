"""A process that imports the modules once and forks a server for each order: `python app.py` without the imports.

Orders come as JSON through a Unix socket, which is standard input. {"program": "app.py", "environment": {…}} comes with
a descriptor for the output of the server and is answered with its process id. {"ended": pid} is answered with the exit
code of a server that has ended.
"""

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
monkey.patch_all()

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)

import app  # noqa: E402, F401


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; this process ends with them
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, 65536, 1)
        if not order:
            return
        order = json.loads(order)
        if "ended" in order:
            answer = os.waitstatus_to_exitcode(waitpid(order["ended"], 0)[1])
        else:
            answer = start(order["program"], order["environment"], descriptors[0])
        orders.send(json.dumps(answer).encode())


def start(program: str, environment: dict[str, str], output: int) -> int:
    if pid := fork():
        close(output)
        return pid
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gevent.reinit()  # otherwise all servers would share the descriptors of one event loop
    if MEASURED:
        trace_green_threads()
    orders.close()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    close(output)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = [program]
    runpy.run_path(str(ROOT / program), run_name="__main__")
    sys.exit()


if __name__ == "__main__":
    main()
