"""The addresses of database hosts, looked up by the system without holding up anything else, and remembered.

With a name server that is gone, the system takes ten seconds and more for a name, and does not find it in the end.
psycopg waits so long, whatever the timeout for connecting is.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

log = logging.getLogger("loadzone.database")

FOUND_WITHIN = 2.0  # seconds


@dataclass(slots=True)
class Lookup:
    """A question to the system. `addresses` is empty until it is answered, and if it fails, because of `why`."""

    name: str
    until: float  # of the monotonic clock: nobody waits longer
    why: str = f"it was not found within {FOUND_WITHIN:g} s"
    addresses: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)


class HostNames:
    """Looks names up: each once at a time, for all who ask meanwhile, in a thread that may hang.

    Where that takes too long or fails, the addresses that were found last are used.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, Lookup] = {}
        self._known: dict[str, list[str]] = {}

    def begin(self, name: str) -> Lookup:
        """Return the question for this name that is under way, or begin one."""
        with self._lock:
            lookup = self._under_way.get(name)
            if lookup is None:
                lookup = self._under_way[name] = Lookup(name, time.monotonic() + FOUND_WITHIN)
                threading.Thread(target=self._run, args=(lookup,), name="host name", daemon=True).start()
            return lookup

    def wait_for(self, lookup: Lookup) -> list[str]:
        """Return the addresses, in the order in which to try them. Raises psycopg.OperationalError if none is known."""
        lookup.is_over.wait(max(0.0, lookup.until - time.monotonic()))
        if lookup.addresses:
            return lookup.addresses
        if lookup.name not in self._known:
            raise psycopg.OperationalError(f"no address of the host {lookup.name} is known: {lookup.why}")
        log.warning("the host %s is tried at its last addresses: %s", lookup.name, lookup.why)
        return self._known[lookup.name]

    def _run(self, lookup: Lookup) -> None:
        try:
            lookup.addresses = self._known[lookup.name] = _ask_system(lookup.name)
        except (OSError, UnicodeError) as error:
            lookup.why = str(error)
        finally:
            with self._lock:
                del self._under_way[lookup.name]
            lookup.is_over.set()


_names = HostNames()  # of the process: all its connections are to the same few hosts


def with_addresses(url: str) -> str:
    """Return the address of a database with those of each host beside its name, which TLS still checks.

    Raises psycopg.OperationalError where none is known.
    """
    given = _given(url)
    hosts, ports = given["host"].split(","), given["port"].split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if given["service"] or given["hostaddr"] or len(hosts) != len(ports):  # the last one is refused by psycopg
        return url
    found = _found(hosts, ports)
    names, addresses, ports_of = (",".join(column) for column in zip(*found, strict=True))
    return make_conninfo(url, host=names, hostaddr=addresses, port=ports_of) if addresses.strip(",") else url


def _given(url: str) -> dict[str, str]:
    """Return what tells where the hosts are, from the address or else from the environment, as libpq does."""
    given = conninfo_to_dict(url)
    defaults = {option.keyword.decode(): (option.val or b"").decode() for option in Conninfo.get_defaults()}
    return {"service": str(given.get("service") or "")} | {
        name: str(given.get(name) or defaults.get(name) or "") for name in ("host", "hostaddr", "port")
    }


def _found(hosts: Sequence[str], ports: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return each host with an address and its port, as often as it has addresses. A socket's folder has none."""
    lookups = [_names.begin(host) if _is_name(host) else None for host in hosts]
    found: list[tuple[str, str, str]] = []
    why: psycopg.OperationalError | None = None
    for host, port, lookup in zip(hosts, ports, lookups, strict=True):
        try:
            addresses = _names.wait_for(lookup) if lookup else [host if _is_address(host) else ""]
        except psycopg.OperationalError as error:  # another host may do
            why, addresses = error, []
        found += [(host, address, port) for address in addresses]
    if why and not found:
        raise why
    return found


def _is_name(host: str) -> bool:
    return bool(host) and not host.startswith(("/", "@")) and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ask_system(name: str) -> list[str]:
    """Return each address once. Raises OSError, and UnicodeError where it can be no name."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
