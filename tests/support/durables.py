"""The kinds of Durable that the tests of the store run over."""

import json
from contextlib import contextmanager

from loadzone.datafile.json_file import JsonFile
from loadzone.domain.commit import CannotSave
from loadzone.domain.durable import TurnLost


class JsonKept:
    """The JSON file in a folder. `kept` is what is durable: the descriptions of machines by their names."""

    def __init__(self, folder):
        self.path = folder / "data.json"

    def durable(self, starter=b"{}"):
        return JsonFile(self.path, starter)

    @property
    def kept(self):
        return {vm["id"]: vm.get("description", "") for vm in json.loads(self.file)["vms"]}

    @property
    def file(self):
        """The kept state, as a data file."""
        return self.path.read_bytes()


class JsonKeptInTurn(JsonKept):
    """The same file, whose store runs rules within the turn, as over a database."""

    def durable(self, starter=b"{}"):
        return InTurn(super().durable(starter))


class Wrapped:
    """A Durable over another. Subclasses change what they name."""

    def __init__(self, durable):
        self.durable = durable

    def __getattr__(self, name):
        return getattr(self.durable, name)

    @contextmanager
    def turn(self):
        with self.durable.turn() as turn:
            yield PutThrough(turn, self.put)

    def put(self, turn, commit):
        return turn.put(commit)


class PutThrough:
    def __init__(self, turn, put):
        self.turn, self._put = turn, put

    def __getattr__(self, name):
        return getattr(self.turn, name)

    def put(self, commit):
        return self._put(self.turn, commit)


class InTurn(Wrapped):
    runs_early = False


class Watched(Wrapped):
    """Calls `before(commit)` before each put, which may wait or raise."""

    def __init__(self, durable, before):
        super().__init__(durable)
        self.before = before

    def put(self, turn, commit):
        self.before(commit)
        return turn.put(commit)


class Refusing(Wrapped):
    """Refuses to write while `is_full`, as a full disk does."""

    is_full = False

    def put(self, turn, commit):
        self._refuse()
        return turn.put(commit)

    def check(self):
        self._refuse()
        self.durable.check()

    @contextmanager
    def full(self):
        self.is_full = True
        yield
        self.is_full = False

    def _refuse(self):
        if self.is_full:
            raise CannotSave(why="injected")


class LosingTurns(Wrapped):
    """Loses the next `lost` turns, each after the rules were run."""

    lost = 0

    def put(self, turn, commit):
        self.lost -= 1
        if self.lost >= 0:
            raise TurnLost
        return turn.put(commit)
