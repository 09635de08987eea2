"""`make torture SECONDS=600 SEED=7`: as long as you like, and with a fault planted if you want to see one found."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom

from torture.planted import FAULTS
from torture.run import Wishes, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    parser.add_argument("--machines", type=int, default=8)
    parser.add_argument("--sockets", type=int, default=24)
    parser.add_argument("--fault", choices=["", *FAULTS], default="")
    wishes = Wishes(**vars(parser.parse_args()))
    print(f"seed {wishes.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        outcome = run(wishes, Path(folder))
    print(outcome.summary, f"in {time.monotonic() - begun:.0f} s")
    for sentence in outcome.violations:
        print("VIOLATION:", sentence)
    return bool(outcome.violations)


if __name__ == "__main__":
    sys.exit(main())
