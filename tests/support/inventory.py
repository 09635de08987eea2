"""Build data files to start a server with, and the times in them."""

from datetime import datetime, timedelta, timezone


def inventory(vms=(), groups=(), users=None, **more) -> dict:
    return {"vms": list(vms), "groups": list(groups), "users": users or {}, **more}


def machine(vm_id: str, holder: str | None = None, ends: datetime | None = None, **more) -> dict:
    """Return a machine, booked if it has a holder."""
    expires_at = stamp(ends) if ends else None
    return {"id": vm_id, "group": None, "booked_by": holder, "expires_at": expires_at, **more}


def user(*bookings: dict, **more) -> dict:
    return {"created": stamp(from_now(hours=-1000)), "bookings": list(bookings), **more}


def record(vm_id: str, start: datetime, end: datetime | None, action: str = "book") -> dict:
    return {"vm_id": vm_id, "start": stamp(start), "end": stamp(end) if end else None, "action": action}


def from_now(**span: float) -> datetime:
    """Return the present time plus a span: from_now(minutes=5), from_now(hours=-1)."""
    return datetime.now(timezone.utc) + timedelta(**span)


def stamp(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read a time as the server sends it: ISO 8601 in UTC with Z, and nothing else."""
    assert text.endswith("Z"), text
    return datetime.fromisoformat(text.removesuffix("Z") + "+00:00")
