"""The tests of the API and of sockets run over the file and over PostgreSQL, but for a list with reasons."""

import pytest

from support.media import FILE_ONLY, TESTS, runs_over_both


@pytest.mark.parametrize("name", FILE_ONLY)
def test_what_runs_over_the_file_alone_is_there(name):
    assert (TESTS / name).is_file()
    assert not runs_over_both(TESTS / name)


def test_all_others_run_over_both():
    assert runs_over_both(TESTS / "api/test_queue.py")
    assert runs_over_both(TESTS / "sockets/test_changes.py")
    assert not runs_over_both(TESTS / "process/test_kill.py")
