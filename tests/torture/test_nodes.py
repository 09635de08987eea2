"""Run many clients over three nodes on one database while nodes fail, and check the history as that of one server.

`make torture NODES=3 SECONDS=600 SEED=7` runs it as long as you like.
"""

import os

import pytest

from torture.run import run
from torture.site import Options

SECONDS = 15


@pytest.mark.timeout(300)
def test_the_history_over_three_nodes_is_that_of_a_correct_server(tmp_path):
    seed = int(os.environ.get("TORTURE_SEED") or 7)
    result = run(Options(SECONDS, seed, nodes=3), tmp_path)
    print(f"seed {seed}: {result.summary}")
    if result.violations:
        pytest.fail("\n".join([f"with TORTURE_SEED={seed}: {result.summary}", *result.violations]))
