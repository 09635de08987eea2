"""psycopg. No server is needed to ask for these."""

import inspect

import psycopg
from psycopg import generators, waiting

from support.internals.registry import used


@used("Connection.wait")
def check_wait():
    parameters = inspect.signature(psycopg.Connection.wait).parameters
    assert list(parameters) == ["self", "gen", "interval", "timeout"]
    for method in (psycopg.Cursor.execute, psycopg.Pipeline.sync, psycopg.Connection.rollback):
        assert ".wait(" in inspect.getsource(method)
    assert issubclass(psycopg.errors._WaitTimeout, psycopg.OperationalError)
    assert psycopg.errors._WaitTimeout().sqlstate is None


@used("Connection.notifies")
def check_notifies():
    assert "_notifies_backlog" in inspect.getsource(psycopg.Connection.notifies)


@used("psycopg.waiting")
def check_waiting():
    assert waiting.WAIT_W & waiting.WAIT_RW
    assert not waiting.WAIT_W & waiting.WAIT_R
    assert not waiting.READY_NONE
    assert "(yield WAIT_R)" in inspect.getsource(generators._fetch)
    assert "(yield WAIT_RW)" in inspect.getsource(generators._pipeline_communicate)
