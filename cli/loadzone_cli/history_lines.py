"""Lines of the history as sentences. The page makes the same ones (static/history/sentences.js)."""

from __future__ import annotations

from typing import Any, TypedDict

from loadzone_cli.messages import printable
from loadzone_cli.times import local_time
from loadzone_cli.translation import LANGUAGE, t, texts

SAID_ELSEWHERE = ("email", "booking", "since", "maintenance")
ONE_FIELD = (
    "vm_renamed",
    "group_renamed",
    "vm_moved",
    "role_changed",
    "note_changed",
    "signed_out",
)


class HistoryLine(TypedDict):
    """The fields used here of a line of `GET /history`."""

    id: int
    at: str
    actor: str | None
    via: str
    action: str
    vm_id: str | None
    group: str | None
    email: str | None
    until: str | None
    reason: str
    changed: dict[str, Any]


def text_of(line: HistoryLine) -> str:
    """Return the line in words: when, which machine, who, what, why."""
    who = f"{line['actor']}: " if line["actor"] else ""
    about = "; ".join(part for part in (*details_of(line), via_of(line["via"])) if part)
    place = f"{line['vm_id']}  " if line["vm_id"] else ""
    return printable(f"{local_time(line['at'])}  {place}{who}{sentence_of(line)}" + (f" ({about})" if about else ""))


def sentence_of(line: HistoryLine) -> str:
    """Return what was done, without who did it."""
    ends = []
    if line["email"] and line["email"] != line["actor"]:
        ends.append(".for")
    if line["vm_id"] is None and line["group"]:
        ends.append(".group")
    action = next((line["action"] + end for end in (*ends, "") if is_known(f"history.act.{line['action']}{end}")), None)
    if action is None:
        return line["action"]  # of a newer server
    givers = line["changed"].get("email") or [line["actor"]]
    facts = {
        "who": line["email"] or "",
        "from": givers[0] or "",
        "group": line["group"] or "",
        "until": local_time(line["until"]) if line["until"] else "…",
    }
    return t(f"history.act.{action}", **facts)


def details_of(line: HistoryLine) -> list[str]:
    """Return what the line changed, and why."""
    fields = [(name, values) for name, values in line["changed"].items() if name not in SAID_ELSEWHERE]
    changes = [change_of(line["action"], name, *values) for name, values in fields if is_change(values)]
    if line["reason"] and "note" not in line["changed"]:
        changes.append(line["reason"])
    return changes


def is_known(key: str) -> bool:
    return key in texts(LANGUAGE)


def is_change(values: object) -> bool:
    return isinstance(values, list) and len(values) == 2


def change_of(action: str, name: str, was: object, now: object) -> str:
    before, after = value_of(was), value_of(now)
    if action == "token_made":
        return after
    if action == "token_revoked":
        return before
    if action in ONE_FIELD:
        return f"{before} → {after}"
    field = t(f"history.field.{name}") if is_known(f"history.field.{name}") else name
    return f"{field}: {before} → {after}"


def value_of(value: object) -> str:
    if value is None or value in ("", []):
        return t("history.empty")
    if isinstance(value, bool):
        return t("history.yes") if value else t("history.no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def via_of(via: str) -> str:
    """Return how it was done, if not by hand."""
    if via.startswith("token:"):
        return t("history.via.token", token=via.partition(":")[2])
    return t(f"history.via.{via}") if via in ("link", "upgrade") else via
