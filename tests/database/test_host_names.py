"""The addresses of database hosts: in all forms of an address, and with a name server that hangs or knows nothing."""

import socket
import threading
import time

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from loadzone.database import host_names
from loadzone.database.connection import connect
from loadzone.database.host_names import HostNames, with_addresses
from support.waiting import eventually

KNOWN = {"one": ["10.0.0.1"], "two": ["fd00::2", "10.0.0.2"]}


class NameServer:
    """Knows KNOWN. `asked` are the names that it was asked for; it answers once `goes_on` is set."""

    def __init__(self):
        self.asked, self.goes_on, self.known = [], threading.Event(), dict(KNOWN)
        self.goes_on.set()

    def getaddrinfo(self, name, *args, **options):
        self.asked.append(name)
        assert self.goes_on.wait(20)
        if name not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(None, None, None, "", (address, 0)) for address in [*self.known[name], self.known[name][0]]]


@pytest.fixture
def names(monkeypatch):
    """Return the name server of the process, which has not been asked yet."""
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.getaddrinfo)
    monkeypatch.setattr(host_names, "_names", HostNames())
    for variable in ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE"):
        monkeypatch.delenv(variable, raising=False)
    yield server
    server.goes_on.set()


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(host_names, "FOUND_WITHIN", 0.2)


def hosts(url):
    """Return the hosts, their addresses and their ports in what is given to psycopg."""
    found = conninfo_to_dict(with_addresses(url))
    return tuple(found.get(name, "") for name in ("host", "hostaddr", "port"))


FORMS = [
    ("postgresql://ann@one/board", ("one", "10.0.0.1", "5432")),
    ("postgresql://ann@two:5433/board", ("two,two", "fd00::2,10.0.0.2", "5433,5433")),
    ("postgresql://ann@one,two:5433/board", ("one,two,two", "10.0.0.1,fd00::2,10.0.0.2", ",5433,5433")),
    ("host=nobody,two port=5433", ("two,two", "fd00::2,10.0.0.2", "5433,5433")),
    ("host=/tmp,one", ("/tmp,one", ",10.0.0.1", "5432,5432")),
    ("postgresql://ann@[fd00::1]:5433/board", ("fd00::1", "fd00::1", "5433")),
    ("host=10.0.0.9", ("10.0.0.9", "10.0.0.9", "5432")),
    ("host=one hostaddr=10.0.0.9", ("one", "10.0.0.9", "")),
    ("host=/tmp port=5433", ("/tmp", "", "5433")),
    ("host=@abstract", ("@abstract", "", "")),
    ("dbname=board", ("", "", "")),
    ("service=board", ("", "", "")),
    ("host=one,two port=1,2,3", ("one,two", "", "1,2,3")),
]


@pytest.mark.parametrize(("url", "expected"), FORMS, ids=[url for url, _ in FORMS])
def test_each_host_gets_its_addresses_beside_its_name(names, url, expected):
    assert hosts(url) == expected


def test_what_tls_goes_by_stays(names):
    found = conninfo_to_dict(with_addresses("postgresql://ann:a%40%20b@one/board?sslmode=verify-full"))
    assert found["host"] == "one"
    assert (found["sslmode"], found["password"], found["user"], found["dbname"]) == (
        "verify-full",
        "a@ b",
        "ann",
        "board",
    )


def test_a_host_of_the_environment_is_looked_up_too(names, monkeypatch):
    monkeypatch.setenv("PGHOST", "one")
    monkeypatch.setenv("PGPORT", "5433")
    assert hosts("dbname=board") == ("one", "10.0.0.1", "5433")
    assert hosts("host=two") == ("two,two", "fd00::2,10.0.0.2", "5433,5433")
    monkeypatch.setenv("PGHOSTADDR", "10.0.0.9")
    assert hosts("dbname=board") == ("", "", "")


def test_a_host_that_nobody_knows_is_named(names):
    with pytest.raises(psycopg.OperationalError, match=r"no address of the host nobody is known: .*not known"):
        connect("host=nobody", "test")


@pytest.mark.parametrize("name", ["a..b", "x" * 300])
def test_what_can_be_no_host_is_refused_in_the_same_way(name):
    with pytest.raises(psycopg.OperationalError, match=f"no address of the host {name} is known: "):
        connect(f"host={name}", "test")


def test_a_name_server_that_hangs_is_asked_once_and_waited_for_only_so_long(names, soon):
    names.goes_on.clear()
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(psycopg.OperationalError, match="no address of the host two is known: it was not found"):
            with_addresses("host=one,two")
    assert time.monotonic() - began < 10 * 0.2, "not for each of them, nor for each host"
    assert sorted(names.asked) == ["one", "two"]
    names.goes_on.set()
    eventually(lambda: _is_found("host=one"))


def _is_found(url):
    try:
        return bool(with_addresses(url))
    except psycopg.OperationalError:
        return False


def test_the_last_addresses_are_used_while_a_name_server_hangs_or_does_not_answer(names, soon, caplog):
    assert hosts("host=one")[1] == "10.0.0.1"
    names.goes_on.clear()
    assert hosts("host=one")[1] == "10.0.0.1"
    names.goes_on.set()
    names.known.clear()
    eventually(lambda: hosts("host=one")[1] == "10.0.0.1" and "Name or service not known" in caplog.text)
    assert "the host one is tried at its last addresses: it was not found within" in caplog.text


def test_a_host_that_has_moved_is_found_at_its_new_address(names):
    assert hosts("host=one")[1] == "10.0.0.1"
    names.known["one"] = ["10.0.0.8"]
    assert hosts("host=one")[1] == "10.0.0.8"
