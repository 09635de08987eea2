"""Run random clients against a server, inject faults, check the history: `make torture SECONDS=600 SEED=7`.

With --nodes several nodes on one database take the place of the server. With --fault a fault is planted, which the
check must find.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom

from support.postgres import running_cluster
from support.server import Server
from torture.cut_commits import misjudged
from torture.node_faults import MIXES
from torture.planted import FAULTS
from torture.run import run
from torture.site import Options

SHOWN = 20  # violations; one fault can have thousands


def main() -> int:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    parser.add_argument("--machines", type=int, default=8)
    parser.add_argument("--sockets", type=int, default=24)
    parser.add_argument("--nodes", type=int, default=0)
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--standby", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--faults", choices=list(MIXES), default="all")
    parser.add_argument("--cuts", type=int, default=0, help="cut so many commits, and do nothing else")
    parser.add_argument("--fault", choices=["", *FAULTS], default="")
    given = vars(parser.parse_args())
    cuts = given.pop("cuts")
    options = Options(**given)
    print(f"seed {options.seed}", flush=True)
    if cuts:
        return cut(cuts, options.seed)
    Server.warm = True
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        result = run(options, Path(folder))
    print(result.summary, f"in {time.monotonic() - started:.0f} s")
    for sentence in result.violations[:SHOWN]:
        print("VIOLATION:", sentence)
    if len(result.violations) > SHOWN:
        print(f"and {len(result.violations) - SHOWN} more violations")
    return bool(result.violations)


def cut(cuts: int, seed: int) -> int:
    """Cut so many commits of a node. Return 1 if one was misjudged."""
    started = time.monotonic()
    with running_cluster() as cluster:
        found = misjudged(cluster, cluster.make_database(), cuts, seed)
    print(f"{cuts} commits were cut in {time.monotonic() - started:.0f} s; misjudged: {len(found)}")
    for sentence in found[:SHOWN]:
        print("VIOLATION:", sentence)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
