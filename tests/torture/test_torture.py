"""Everything at once: many clients, every fault there is, and a record that must be a correct server's.

`make torture SECONDS=600 SEED=7` runs it as long as you like.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from random import SystemRandom

import pytest

from torture.run import Wishes, run

SECONDS = 60


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The outcome of a short run without a lock, to come: it goes on beside the long one, since both mostly wait."""
    with ThreadPoolExecutor(1) as beside:
        yield beside.submit(run, Wishes(3, seed=1, sockets=4, fault="lock"), tmp_path_factory.mktemp("planted"))


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("planted")
def test_whatever_is_done_to_the_server_its_record_is_that_of_a_correct_one(tmp_path):
    seed = int(os.environ.get("TORTURE_SEED") or SystemRandom().randrange(2**32))
    outcome = run(Wishes(SECONDS, seed), tmp_path)
    print(f"seed {seed}: {outcome.summary}")
    if outcome.violations:
        pytest.fail("\n".join([f"with TORTURE_SEED={seed}: {outcome.summary}", *outcome.violations]))


@pytest.mark.timeout(300)
def test_a_lock_that_is_missing_is_found(planted):
    assert any("no correct server answers so" in sentence for sentence in planted.result().violations)
