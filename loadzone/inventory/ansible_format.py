"""The inventory for Ansible: a static inventory in YAML, written as JSON is, which is YAML too and needs no library.

Read are that very form and what `ansible-inventory --list` says, which knows all other forms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from loadzone.inventory.rows import BadInventory, InventoryRows

OURS = "loadzone_"
FIELDS = ("external_ip", "internal_ip", "description", "tags", "maintenance")
RESERVED = ("all", "ungrouped", "_meta")
_TEXT = r'"(?:[^"\\]|\\.)*"'
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


# Writing


def write(rows: InventoryRows) -> bytes:
    """What Ansible cannot have is said in the rows' `problems`."""
    children: dict[str, Any] = {}
    keys: dict[str, str] = {"": "ungrouped"}
    for name in rows.groups:
        if name not in keys:
            keys[name] = _key(name, children)
            children[keys[name]] = {"vars": {f"{OURS}group": name}, "hosts": {}}
    for _, fields in rows.machines:
        if not re.fullmatch(r"[\w.-]+", fields["id"]):
            rows.problems.append(f"{fields['id']!r} is left out: Ansible would take its name for something else")
            continue
        group = children.setdefault(keys[fields["group"]], {"hosts": {}})
        group["hosts"][fields["id"]] = _variables(fields)
    text = json.dumps({"all": {"children": children}}, ensure_ascii=False, indent=2)
    text = _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return re.sub(_TEXT, _as_it_is, text).encode() + b"\n"


def _key(name: str, taken: dict[str, Any]) -> str:
    """A name that Ansible takes for a group: a word, and not one of its own."""
    word = re.sub(r"\W", "_", name)
    word = f"_{word}" if word[0].isdigit() else word
    key, number = word, 1
    while key in taken or key in RESERVED:
        number += 1
        key = f"{word}_{number}"
    return key


def _variables(fields: dict[str, Any]) -> dict[str, Any]:
    address = fields["external_ip"] or fields["internal_ip"]
    return {**({"ansible_host": address} if address else {}), **{OURS + name: fields[name] for name in FIELDS}}


def _as_it_is(found: re.Match) -> str:
    """A value with braces is marked: Ansible would run what stands in them."""
    is_key = found.string.startswith(":", found.end())
    return found[0] if is_key or "{" not in found[0] else f"!unsafe {found[0]}"


# Reading


@dataclass(slots=True)
class Hosts:
    """The variables of each host, the groups in which each stands, and the name that each group has with us."""

    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, None]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, host: str, group: str, variables: dict[str, Any]) -> None:
        self.variables.setdefault(host, {}).update(variables)
        self.groups.setdefault(host, {}).update({group: None} if group not in RESERVED else {})


def read(content: bytes) -> InventoryRows:
    """Raises BadInventory."""
    data = _object(_parsed(content), "the file")
    hosts = Hosts()
    for name, node in data.items():
        if name != "_meta":
            _walk(hosts, name, _object(node, name))
    meta = _object(data.get("_meta"), "_meta")
    for host, variables in _object(meta.get("hostvars"), "hostvars").items():
        hosts.add(host, "ungrouped", _object(variables, host))
    return _rows(hosts)


def _parsed(content: bytes) -> Any:
    try:
        text = re.sub(f"({_TEXT})|!unsafe ", r"\1", content.decode("utf-8-sig"))
        return orjson.loads(text)
    except UnicodeDecodeError:
        raise BadInventory("it is not UTF-8") from None
    except orjson.JSONDecodeError as error:
        raise BadInventory(
            f"line {error.lineno}: {error.msg}. Of other forms than JSON, `ansible-inventory -i FILE --list` makes it"
        ) from None


def _walk(hosts: Hosts, name: str, node: dict[str, Any]) -> None:
    """A group: its hosts and children are objects in a static inventory, and lists in what `--list` says."""
    ours = _plain(_object(node.get("vars"), name).get(f"{OURS}group"))
    if isinstance(ours, str):
        hosts.names[name] = ours
    for host, variables in _named(node.get("hosts"), name):
        hosts.add(host, name, variables)
    for child, inner in _named(node.get("children"), name):
        _walk(hosts, child, inner)


def _named(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return ((name, {}) for name in value)
    return ((name, _object(inner, name)) for name, inner in _object(value, place).items())


def _object(value: Any, place: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInventory(f"{place}: an object is expected here")
    return value


def _rows(hosts: Hosts) -> InventoryRows:
    rows = InventoryRows(groups=list(hosts.names.values()))
    for host, variables in hosts.variables.items():
        known = {name: _plain(value) for name, value in variables.items()}
        fields = {name: known[OURS + name] for name in (*FIELDS, "group") if OURS + name in known}
        if "ansible_host" in known and not {"external_ip", "internal_ip"} & fields.keys():
            fields["external_ip"] = known["ansible_host"]
        if "group" not in fields:
            fields["group"] = _group_of(host, hosts, rows)
        rows.add(f"host {host!r}", {"id": host, **fields})
    return rows


def _group_of(host: str, hosts: Hosts, rows: InventoryRows) -> str:
    """With Ansible a host may be in several."""
    groups = list(hosts.groups[host])
    if len(groups) > 1:
        names = ", ".join(groups)
        rows.problems.append(
            f"host {host!r} is in several groups, {names}; let {OURS}group among its variables name one"
        )
    return hosts.names.get(groups[0], groups[0]) if groups else ""


def _plain(value: Any) -> Any:
    """Text that Ansible has marked as not to be run, as text; in a list too."""
    return [_marked(item) for item in value] if isinstance(value, list) else _marked(value)


def _marked(value: Any) -> Any:
    return value["__ansible_unsafe"] if isinstance(value, dict) and list(value) == ["__ansible_unsafe"] else value
