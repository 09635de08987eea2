"""Encodes the lines of the history that wait in the data file."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from loadzone.domain.history_line import HistoryLine


def parts(line: HistoryLine) -> Iterable[bytes]:
    """Return the line as JSON, in the form in which other records are encoded."""
    return (text_of(line),)


def text_of(line: HistoryLine) -> bytes:
    """Return the line as JSON, and store it in the line: it is written again with each commit until it leaves."""
    text = line.text
    if text is None:
        text = b"".join((orjson.dumps(fields_of(line), option=orjson.OPT_UTC_Z),))  # a copy, as in lib/encoded_table.py
        object.__setattr__(line, "text", text)
    return text


def fields_of(line: HistoryLine) -> dict[str, object]:
    """Return the fields of the line; those without a value are left out."""
    optional = {
        "actor": line.actor,
        "via": line.via,
        "vm": line.vm,
        "vm_id": line.vm_id,
        "group_id": line.group_id,
        "group": line.group,
        "email": line.email,
        "booking": line.booking,
        "until": line.until,
        "hours": line.hours,
        "reason": line.reason,
        "changed": dict(line.changed),
    }
    required = {"id": line.id, "epoch": line.epoch, "at": line.at, "action": line.action}
    given = {key: value for key, value in optional.items() if value not in (None, "", {})}
    return {**required, **given, **line.rest}
