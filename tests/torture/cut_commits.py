"""Cut the connection of a node at any byte of its commits and of their answers, while another node writes as well.

`make torture CUTS=1000`. None may be misjudged: what was written is not run again, and what was not is.
"""

import threading
from random import Random

from loadzone.database.connection import connect
from loadzone.database.postgres_log import PostgresLog
from loadzone.domain.records import Vm
from storage import DurableStore
from support.cutting_proxy import CuttingProxy
from support.durables import Watched
from support.world import unit


def misjudged(cluster, url: str, cuts: int, seed: int) -> list[str]:
    """Return a sentence for each commit that was judged wrongly, of a store in the empty database at `url`."""
    proxy = CuttingProxy(cluster.folder)
    rival = Rival(url)
    random, begun, sizes, done = Random(seed), {}, {}, 0

    def cut(commit) -> None:
        """Cut two of three, in the request or in the answer."""
        nonlocal done
        begun.update(proxy.passed)
        if sizes and done < cuts and random.random() < 0.67:
            towards = random.choice(["server", "client"])
            done += 1
            proxy.cut(random.randrange(sizes[towards]), towards)
            rival.write()

    store = DurableStore(Watched(PostgresLog(url.replace(str(cluster.folder), proxy.folder)), cut))
    answers, seen = [], []
    for _ in range(5):
        answers.append(store.do(unit, count))
        seen.append({towards: proxy.passed[towards] - begun[towards] for towards in begun})
    sizes |= {towards: min(one[towards] for one in seen) for towards in begun}  # other things may pass as well
    while done < cuts:
        answers.append(store.do(unit, count))
    proxy.cut(None)
    written = rival.end()
    found = [f"call {n} was answered {answer}" for n, answer in enumerate(answers, 1) if answer != n]
    store.do(unit, lambda uow: None)
    store.close()
    proxy.end()
    with connect(url, "test") as connection:
        [(commits,)] = connection.execute("SELECT max(seq) FROM loadzone.commits").fetchall()
    if commits != len(answers) + written:
        found.append(f"the log has {commits} commits, of {len(answers)} and {written}")
    shown = store.snapshot.vms["n"].description, store.snapshot.vms["rival"].description
    if shown != (f"{len(answers)}", f"{written}"):
        found.append(f"in the end there are {shown}, and {len(answers)} and {written} were counted")
    return found


def count(uow, key: str = "n") -> int:
    """Add one to the number that a machine's description is."""
    number = int(uow.vms[key].description) + 1 if key in uow.vms else 1
    uow.vms[key] = Vm(key, description=f"{number}")
    return number


class Rival:
    """Another node, which writes a commit each time that `write` is called, beside its caller."""

    def __init__(self, url: str) -> None:
        self._store = DurableStore(PostgresLog(url))
        self._due = threading.Semaphore(0)
        self._is_over = False
        self._written = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def write(self) -> None:
        self._due.release()

    def end(self) -> int:
        """Return how many it has written."""
        self._is_over = True
        self._due.release()
        self._thread.join()
        self._store.close()
        return self._written

    def _run(self) -> None:
        while self._due.acquire() and not self._is_over:
            self._written = self._store.do(unit, lambda uow: count(uow, "rival"))
