"""The kinds of Durable that the tests of the store run over."""

import json
from contextlib import contextmanager

from loadzone.datafile.json_file import JsonFile
from loadzone.domain.durable import TurnLost


class JsonKept:
    """The JSON file in a folder. `kept` is what is durable: the descriptions of machines by their names."""

    def __init__(self, folder):
        self.path = folder / "data.json"

    def durable(self, starter=b"{}"):
        return JsonFile(self.path, starter)

    @property
    def kept(self):
        return {vm["id"]: vm.get("description", "") for vm in json.loads(self.path.read_bytes())["vms"]}


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


class LosingTurns(Wrapped):
    """Loses the next `lost` turns, each after the rules were run."""

    lost = 0

    def put(self, turn, commit):
        self.lost -= 1
        if self.lost >= 0:
            raise TurnLost
        return turn.put(commit)
