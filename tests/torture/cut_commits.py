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
    cutter = Cutter(proxy, rival, cuts, Random(seed))
    store = DurableStore(Watched(PostgresLog(url.replace(str(cluster.folder), proxy.folder)), cutter.cut))
    answers = cutter.measured(lambda: store.do(unit, count))
    while not cutter.is_done:
        answers.append(store.do(unit, count))
    proxy.cut(None)
    written = rival.end()
    store.do(unit, lambda uow: None)
    store.close()
    proxy.end()
    found = [f"call {n} was answered {answer}" for n, answer in enumerate(answers, 1) if answer != n]
    return found + differences(url, store, len(answers), written)


def differences(url: str, store: DurableStore, counted: int, written: int) -> list[str]:
    """Return a sentence for each place that does not have so many changes of the node, and so many of the rival."""
    found = []
    with connect(url, "test") as connection:
        [(commits,)] = connection.execute("SELECT max(seq) FROM loadzone.commits").fetchall()
    if commits != counted + written:
        found.append(f"the log has {commits} commits, of {counted} and {written}")
    shown = store.snapshot.vms["n"].description, store.snapshot.vms["rival"].description
    if shown != (f"{counted}", f"{written}"):
        found.append(f"in the end there are {shown}, and {counted} and {written} were counted")
    return found


class Cutter:
    """Cuts two of three commits, in the request or in the answer, until it has cut `cuts`."""

    def __init__(self, proxy: CuttingProxy, rival, cuts: int, random: Random) -> None:
        self._proxy = proxy
        self._rival = rival
        self._left = cuts
        self._random = random
        self._begun: dict[str, int] = {}
        self._sizes: dict[str, int] = {}

    @property
    def is_done(self) -> bool:
        return self._left == 0

    def measured(self, commit) -> list[int]:
        """Make five commits to see how long they are, and return their results. From then on commits are cut."""
        results, seen = [], []
        for _ in range(5):
            results.append(commit())
            seen.append({towards: self._proxy.passed[towards] - begun for towards, begun in self._begun.items()})
        self._sizes = {towards: min(one[towards] for one in seen) for towards in seen[0]}  # other things may pass too
        return results

    def cut(self, _commit) -> None:
        """Take note of where a commit begins, and perhaps cut it."""
        self._begun.update(self._proxy.passed)
        if self._sizes and self._left and self._random.random() < 0.67:
            towards = self._random.choice(["server", "client"])
            self._left -= 1
            self._proxy.cut(self._random.randrange(self._sizes[towards]), towards)
            self._rival.write()


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
