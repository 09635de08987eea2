"""Run many clients over three nodes on one database while nodes and connections fail, and check the history.

`make torture NODES=3 SECONDS=600 SEED=7` runs it as long as you like, with all faults.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from torture.run import run
from torture.site import Options

SECONDS = 15
# With what else is injected. Without the fault such a run finds nothing.
PLANTED = {"no-lock": "none", "no-catch-up": "none", "no-lookup": "lost answers", "two-leaders": "none"}
RUNS = 6  # at most, each longer than the one before, until a planted fault is found


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Return a future for each planted fault: whether it was found. They run beside the long run: all mostly wait."""
    with ThreadPoolExecutor(1) as executor:
        yield {
            fault: executor.submit(_find, fault, faults, tmp_path_factory.mktemp(fault))
            for fault, faults in PLANTED.items()
        }


def _find(fault, faults, folder):
    for number in range(1, RUNS + 1):
        here = folder / f"{number}"
        here.mkdir()
        options = Options(2 * number, seed=number, sockets=4, nodes=2, fault=fault, faults=faults, brief=True)
        if run(options, here).violations:
            return True
    return False


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("planted")
def test_the_history_over_three_nodes_is_that_of_a_correct_server(tmp_path):
    seed = int(os.environ.get("TORTURE_SEED") or 7)
    result = run(Options(SECONDS, seed, nodes=3, faults="cheap"), tmp_path)
    print(f"seed {seed}: {result.summary}")
    if result.violations:
        pytest.fail("\n".join([f"with TORTURE_SEED={seed}: {result.summary}", *result.violations]))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(planted, fault):
    assert planted[fault].result()
