"""Take the pictures of the documents: `.venv/bin/python docs/take_pictures.py`, after `make test` or `make lint`.

Starts a server with the starter inventory in a temporary folder, books machines over the API, and takes the pictures
with a real Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from playwright.sync_api import Browser, Locator, sync_playwright

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "tests"))

from browser import history_answers, usage_answers  # noqa: E402
from browser.window import Window, open_window  # noqa: E402
from support.people import Person  # noqa: E402
from support.server import ADMIN, Server, running  # noqa: E402

STARTER = DOCS.parent / "data.json"
ANN = "ann@example.com"
CI = "ci@example.com"
# Machines that are added to the starter inventory, by group: name, address, numbers.
MORE = {
    "Staging": ("stage-0{}", "192.168.20.1{}", range(4, 7)),
    "Kubernetes": ("node-0{}", "192.168.50.1{}", range(1, 9)),
}
# Bookings: person, machine, note, hours since it began, hours left.
BOOKINGS = [
    (ANN, "server-03", "migration rehearsal", 1.9, 0.16),
    (ANN, "stage-01", "release 4.2 soak", 0.8, 3.2),
    ("m.orlova@example.com", "server-01", "load test of the billing", 2.5, 1.5),
    ("d.petrov@example.com", "server-04", "queue upgrade", 0.3, 7.7),
    ("a.kim@example.com", "stage-03", "k6, 500 users", 3.4, 0.3),
    (CI, "build-01", "nightly", 2, 4),
    ("v.lebedev@example.com", "build-03", "ARM packages", 1, 1.2),
    ("a.kim@example.com", "stage-05", "upgrade to PostgreSQL 18", 4, 2.4),
    ("d.petrov@example.com", "node-02", "draining, then a new kernel", 1.5, 5),
    (CI, "node-05", "nightly", 2, 4),
    (CI, "node-06", "nightly", 2, 4),
    ("m.orlova@example.com", "gpu-01", "retraining the classifier", 6, 16),
]
# Places in queues: person, machine, hours. A free machine is held for the first person in its queue.
WAITING = [
    ("a.kim@example.com", "gpu-01", 8),
    (ANN, "gpu-01", 4),
    (ANN, "stage-06", 2),
    ("v.lebedev@example.com", "server-04", 3),
    ("a.kim@example.com", "node-08", 1),
]
OUT_OF_SERVICE = {"build-02": "new disks, back on Friday"}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def main() -> None:
    starter = json.loads(STARTER.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), starter) as server:
        ann = prepare_board(server)
        with sync_playwright() as playwright:
            program = shutil.which(os.environ.get("CHROMIUM") or "chromium")
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            take_all(browser, server, ann)
            browser.close()


def take_all(browser: Browser, server: Server, ann: Person) -> None:
    afternoon = {"timezone_id": zone_where_the_hour_is(14)}
    board = open_window(browser, server, ann, color_scheme="light", **afternoon).go()
    take(board, "board-light.png")
    board.press("book", "server-02")
    board.field("book.what_for").fill("trying the new kernel")
    take(board, "dialog.png", around(board.dialog))
    board.page.keyboard.press("Escape")
    board.page.route("**/history?*", history_answers.fulfil_as_usual)  # three days, made up
    board.open_machine("server-03")
    board.button("history.title").click()
    board.dialog.locator(".past li").first.wait_for()
    take(board, "history.png", around(board.dialog))
    board.close()
    dark = open_window(browser, server, ann, color_scheme="dark", **afternoon).go()
    take(dark, "board-dark.png")
    dark.close()
    usage = open_window(browser, server, ann, color_scheme="light", **afternoon)
    usage.page.route("**/usage?*", usage_answers.fulfil_as_usual)  # figures of a month, made up
    usage.go("/?view=usage&days=30")
    usage.page.locator(".lines").hover(position={"x": 340, "y": 60})
    take(usage, "usage.png")
    usage.close()
    phone = open_window(browser, server, ann, language="ru", color_scheme="dark", **afternoon, **PHONE).go()
    take(phone, "phone.png")
    phone.close()


def take(window: Window, name: str, part: dict[str, float] | None = None) -> None:
    """Save the window, or a part of it, as a PNG, once all animations have finished."""
    window.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    window.page.screenshot(path=DOCS / name, clip=part, scale="css", caret="hide")


def around(element: Locator, margin: float = 48) -> dict[str, float]:
    box = element.bounding_box()
    corner = {"x": box["x"] - margin, "y": box["y"] - margin}
    return {**corner, "width": box["width"] + 2 * margin, "height": box["height"] + 2 * margin}


def zone_where_the_hour_is(hour: int) -> str:
    """Return a time zone in which it is that hour of the day now, so that all pictures show the same time of day."""
    west = (datetime.now(timezone.utc).hour - hour + 12) % 24 - 12
    return f"Etc/GMT{west:+d}" if west else "Etc/GMT"


def prepare_board(server: Server) -> Person:
    """Fill the board: add machines, book, join queues, and age the bookings. Return Ann, who looks at the board."""
    admin = Person(server, ADMIN).sign_in()
    add_more(admin)
    people = {email: Person(server, email).sign_in() for email in dict.fromkeys(row[0] for row in BOOKINGS)}
    people[CI] = people[CI].program(people[CI].make_token("nightly").json()["token"])
    for email, vm_id, note, _, left in BOOKINGS:
        people[email].book(vm_id, left, note=note).raise_for_status()
    for email, vm_id, hours in WAITING:
        people[email].join(vm_id, hours).raise_for_status()
    for vm_id, reason in OUT_OF_SERVICE.items():
        admin.edit_vm(vm_id, maintenance=reason).raise_for_status()
    server.stop()
    age(server.data, {vm_id: ago for _, vm_id, _, ago, _ in BOOKINGS})
    server.start()
    return people[ANN]


def add_more(admin: Person) -> None:
    groups = {group["name"]: group["id"] for group in admin.groups()}
    for name, (vm_id, ip, numbers) in MORE.items():
        group_id = groups.get(name) or admin.make_group(name).json()["id"]
        for n in numbers:
            admin.add_vm(vm_id.format(n), group_id, external_ip=ip.format(n)).raise_for_status()


def age(data: Path, hours: dict[str, float]) -> None:
    """Move the beginnings of bookings back by hours, in the data file of a stopped server."""
    state = json.loads(data.read_text(encoding="utf-8"))
    for vm in state["vms"]:
        if vm["id"] in hours:
            began = datetime.fromisoformat(vm["booked_at"].replace("Z", "+00:00")) - timedelta(hours=hours[vm["id"]])
            vm["booked_at"] = began.isoformat()
    data.write_text(json.dumps(state), encoding="utf-8")


if __name__ == "__main__":
    main()
