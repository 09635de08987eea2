"""Measure what one ordinary person can do to others: /healthz while that person does the costliest things, in turn."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from clients import LoadProcess, request
from table import Row

from support.inventory import from_now, inventory, machine, user
from support.people import Person
from support.server import Server
from support.smtp import MailServer

BOB = "bob@example.com"
MOST = 100  # machines that one person may have: the default
IDS_MOST = 5_000  # machines that one call may name
SECONDS = 3.0
GOAL = 0.1  # seconds

Act = Callable[[], None]


def worst_case(size: int) -> Row:
    """Return the worst p99 of /healthz, and say during which act it was."""
    with tempfile.TemporaryDirectory() as folder, MailServer() as mail:
        server = Server(
            _crowded(Path(folder), size), LOADZONE_AUTH="trust", LOADZONE_MAX_MACHINES=str(MOST), **mail.settings
        ).start()
        try:
            bob = Person(server, BOB).sign_in()
            late = {name: _healthz_during(server, act) for name, act in _acts(bob, size).items()}
        finally:
            server.stop()
    for name, seconds in sorted(late.items(), key=lambda item: item[1]):
        print(f"    {1000 * seconds:6.1f} ms  {name}", flush=True)
    name, seconds = max(late.items(), key=lambda item: item[1])
    figure = f"`/healthz` while one person does their worst ({name}), p99"
    return Row(size, figure, "", f"{1000 * seconds:.1f} ms", None, f"≤ {1000 * GOAL:.0f} ms", seconds <= GOAL)


def _crowded(folder: Path, size: int) -> Path:
    """Write a data file with two groups: in the first all machines are booked by others, in the second 200 are free."""
    half = size // 2
    ends = from_now(hours=3)
    vms = [
        machine(f"vm-{n:05}", f"person{n // MOST}@example.com" if n < size - 2 * MOST else None, ends)
        | {"group": 1 if n < half else 2, "tags": ["linux"]}
        for n in range(size)
    ]
    groups = [
        {"id": 1, "name": "Busy", "vm_ids": [vm["id"] for vm in vms[:half]]},
        {"id": 2, "name": "Free", "vm_ids": [vm["id"] for vm in vms[half:]]},
    ]
    people = {f"person{n}@example.com": user() for n in range(size // MOST)}
    path = folder / "data.json"
    path.write_text(json.dumps(inventory(vms, groups, people)))
    return path


def _acts(bob: Person, size: int) -> dict[str, Act]:
    free = [f"vm-{n:05}" for n in range(size - MOST, size)]
    some = [f"vm-{n:05}" for n in range(IDS_MOST)]
    long_body = json.dumps({"vm_ids": ["\U00010400" * 64] * IDS_MOST})

    def book_any() -> None:
        bob.post("/book", {"group_id": 2, "hours": 1, "count": MOST, "tags": ["linux"]})
        release_all(bob)

    def book_named() -> None:
        bob.post("/book", {"vm_ids": free, "hours": 1})
        bob.post("/heartbeat", {"vm_ids": free})
        bob.post("/renew", {"vm_ids": free, "hours": 1})
        bob.post("/cancel", {"vm_ids": free})

    def wait(group_id: int, count: int) -> Act:
        def act() -> None:
            bob.post("/queue/join", {"group_id": group_id, "hours": 1, "count": count})
            bob.post("/queue/leave", {"group_id": group_id})

        return act

    return {
        "waiting for a group, whose holders are told": wait(1, MOST),
        "waiting in a group with free machines": wait(2, MOST),
        "booking any 100 of a group": book_any,
        "booking 100, renewing and releasing them": book_named,
        "naming 5,000 machines": lambda: ignore(bob.post(path, {"vm_ids": some, "hours": 1}) for path in NAMING),
        "the largest body": lambda: ignore([bob.post_raw("/cancel", long_body)]),
        "reading everything": lambda: ignore(bob.get(path) for path in READING),
        "making and revoking tokens": lambda: _token(bob),
        "choosing a language": lambda: ignore(bob.choose_language(language) for language in ("ru", "en")),
    }


NAMING = ("/book", "/renew", "/cancel", "/heartbeat")
READING = ("/", "/vms", "/groups", "/me", "/openapi.json", "/docs", "/cli", "/tokens")


def ignore(answers: object) -> None:
    """Wait for the answers; a refusal is as good as any."""
    for answer in answers:
        answer.close()


def release_all(bob: Person) -> None:
    mine = [vm["id"] for vm in bob.get("/vms").json()["vms"] if vm["booked_by"] == BOB]
    if mine:
        bob.post("/cancel", {"vm_ids": mine})


def _token(bob: Person) -> None:
    made = bob.post("/tokens", {"name": "bench", "days": 1})
    if made.ok:
        bob.request("DELETE", f"/tokens/{made.json()['id']}")


def _healthz_during(server: Server, act: Act) -> float:
    """Return the p99 of /healthz in seconds, while the act is done again and again."""
    done = threading.Event()

    def repeat() -> None:
        while not done.is_set():
            act()

    worker = threading.Thread(target=repeat)
    worker.start()
    try:
        return LoadProcess(server, [[request("/healthz")]], SECONDS, pause=0.001).result()["p99"]
    finally:
        done.set()
        worker.join()
