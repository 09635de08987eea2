"""Run many clients while every kind of fault is injected, and check that the history is that of a correct server.

`make torture SECONDS=600 SEED=7` runs it as long as you like.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from torture.run import run
from torture.site import Options

SECONDS = 60


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Futures with the results of short runs with a fault. They run beside the long one, since all mostly wait."""
    with ThreadPoolExecutor(1) as executor:
        yield {
            fault: executor.submit(run, Options(3, seed=1, sockets=4, fault=fault), tmp_path_factory.mktemp(fault))
            for fault in ("lock", "lines")
        }


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("planted")
def test_the_history_under_faults_is_that_of_a_correct_server(tmp_path):
    seed = int(os.environ.get("TORTURE_SEED") or 7)
    result = run(Options(SECONDS, seed), tmp_path)
    print(f"seed {seed}: {result.summary}")
    if result.violations:
        pytest.fail("\n".join([f"with TORTURE_SEED={seed}: {result.summary}", *result.violations]))


@pytest.mark.timeout(300)
def test_a_missing_lock_is_found(planted):
    assert any("no correct server answers so" in sentence for sentence in planted["lock"].result().violations)


@pytest.mark.timeout(300)
def test_lost_lines_of_the_history_are_found(planted):
    assert any("the history has" in sentence for sentence in planted["lines"].result().violations)
