"""Made-up answers of GET /history for pictures: three days of one machine."""

from datetime import datetime, timedelta, timezone

from playwright.sync_api import Route

BLANK = {"actor": None, "via": "", "email": None, "booking": None, "until": None, "hours": None}
BLANK |= {"reason": "", "changed": {}}
# Bookings: person, note, token, hours since the beginning, hours since the end, how it ended.
BOOKINGS = [
    ("ci@example.com", "", "weekend", 62, 38, "expired"),
    ("d.petrov@example.com", "sip trunk", "", 30, 26, "force_released"),
    ("a.kim@example.com", "perf 4.3", "", 25.8, 19.2, "released"),
    ("ann@example.com", "migration rehearsal", "", 19, 16.5, "expired"),
    ("ci@example.com", "", "nightly", 16.3, 11.5, "released"),
]


def fulfil_as_usual(route: Route) -> None:
    """Answer with the lines, whatever is asked."""
    lines = sorted(_lines(datetime.now(timezone.utc)), key=lambda line: line["at"], reverse=True)
    numbered = [{**line, "id": len(lines) - place} for place, line in enumerate(lines)]
    route.fulfill(json={"history": numbered, "next": "1", "since": numbered[-1]["at"]})


def iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(now: datetime) -> list[dict]:
    machine = {**BLANK, "vm": 3, "vm_id": "server-03", "group_id": 1, "group": "Production"}

    def line(ago: float, action: str, **facts: object) -> dict:
        return {**machine, "at": iso(now - timedelta(hours=ago)), "action": action, **facts}

    lines = [
        line(22, "vm_edited", actor="alice@example.com", changed={"tags": [["ubuntu", "gpu"], ["ubuntu"]]}),
        line(40, "maintenance_began", actor="alice@example.com", reason="new disk"),
        line(38.5, "maintenance_ended", actor="alice@example.com"),
        line(27, "queue_joined", actor="a.kim@example.com", email="a.kim@example.com"),
    ]
    for email, note, token, began, ended, how in BOOKINGS:
        booking, via = iso(now - timedelta(hours=began)), f"token:{token}" if token else ""
        until = iso(now - timedelta(hours=ended - (0.4 if how == "released" else 0)))
        lines.append(
            line(began, "booked", actor=email, via=via, email=email, booking=booking, until=until, reason=note)
        )
        actor = {"released": email, "force_released": "alice@example.com"}.get(how)
        reason = "needed for the release" if how == "force_released" else ""
        lines.append(line(ended, how, actor=actor, email=email, booking=booking, reason=reason))
    return lines
