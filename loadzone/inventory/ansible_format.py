"""The inventory for Ansible: a static inventory in YAML, written as JSON, which is YAML too and needs no library.

It reads the files that it writes, and the output of `ansible-inventory --list`, which can convert all other forms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from loadzone.inventory.ansible_connection import TemplateInAddress, connection_of
from loadzone.inventory.rows import BadInventory, InventoryRows, Row

PREFIX = "loadzone_"  # of the variables that hold LoadZone's fields
FIELDS = ("external_ip", "internal_ip", "ssh_user", "ssh_port", "description", "tags", "maintenance")
RESERVED = ("all", "ungrouped", "_meta")  # names of Ansible's own groups and keys
_STRING = r'"(?:[^"\\]|\\.)*"'
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


# Writing


def write(rows: InventoryRows) -> bytes:
    """Return the inventory for Ansible. Machines that it cannot name are left out, and added to the rows' problems."""
    children: dict[str, Any] = {}
    keys: dict[str, str] = {"": "ungrouped"}
    for name in rows.groups:
        if name not in keys:
            keys[name] = _group_key(name, children)
            children[keys[name]] = {"vars": {f"{PREFIX}group": name}, "hosts": {}}
    for _, fields in rows.machines:
        if not re.fullmatch(r"[\w.-]+", fields["id"]):
            rows.problems.append(f"{fields['id']!r} is left out: Ansible would not read it as the name of one host")
            continue
        group = children.setdefault(keys[fields["group"]], {"hosts": {}})
        group["hosts"][fields["id"]] = _variables(fields)
    text = json.dumps({"all": {"children": children}}, ensure_ascii=False, indent=2)
    text = _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return re.sub(_STRING, _mark_unsafe, text).encode() + b"\n"


def _group_key(name: str, taken: Container[str]) -> str:
    """Return a name that Ansible accepts for the group: a word that is neither reserved nor taken."""
    word = re.sub(r"\W", "_", name)
    word = f"_{word}" if word[0].isdigit() else word
    key, number = word, 1
    while key in taken or key in RESERVED:
        number += 1
        key = f"{word}_{number}"
    return key


def _variables(fields: Row) -> dict[str, Any]:
    connection = {
        "ansible_host": fields["external_ip"] or fields["internal_ip"],
        "ansible_user": fields["ssh_user"],
        "ansible_port": fields["ssh_port"],
    }
    given = {name: value for name, value in connection.items() if value}
    return {**given, **{PREFIX + name: fields[name] for name in FIELDS}}


def _mark_unsafe(found: re.Match[str]) -> str:
    """Mark a value with braces `!unsafe`, or Ansible would run the template in it."""
    is_key = found.string.startswith(":", found.end())
    return found[0] if is_key or "{" not in found[0] else f"!unsafe {found[0]}"


# Reading


@dataclass(slots=True)
class AnsibleInventory:
    """An inventory as Ansible has it.

    `variables` and `groups` are by host. `group_names` are the names in LoadZone, by those in Ansible.
    """

    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, None]] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)

    def add(self, host: str, group: str, variables: dict[str, Any]) -> None:
        """Add a host to a group, with variables that it has there."""
        self.variables.setdefault(host, {}).update(variables)
        self.groups.setdefault(host, {}).update({group: None} if group not in RESERVED else {})


def read(content: bytes) -> InventoryRows:
    """Return the rows of an Ansible inventory in JSON. Raises BadInventory."""
    data = _object(_parsed(content), "the file")
    inventory = AnsibleInventory()
    for name, node in data.items():
        if name != "_meta":
            _add_group(inventory, name, _object(node, name))
    meta = _object(data.get("_meta"), "_meta")
    for host, variables in _object(meta.get("hostvars"), "hostvars").items():
        inventory.add(host, "ungrouped", _object(variables, host))
    return _rows(inventory)


def _parsed(content: bytes) -> object:
    try:
        text = re.sub(f"({_STRING})|!unsafe ", r"\1", content.decode("utf-8-sig"))
        return orjson.loads(text)
    except UnicodeDecodeError:
        raise BadInventory("the file is not UTF-8") from None
    except orjson.JSONDecodeError as error:
        raise BadInventory(
            f"line {error.lineno}: {error.msg}. Only JSON can be read; `ansible-inventory -i FILE --list` makes it"
        ) from None


def _add_group(inventory: AnsibleInventory, name: str, node: dict[str, Any]) -> None:
    """Add a group with its hosts and the groups in it."""
    own_name = _without_mark(_object(node.get("vars"), name).get(f"{PREFIX}group"))
    if isinstance(own_name, str):
        inventory.group_names[name] = own_name
    for host, variables in _members(node.get("hosts"), name):
        inventory.add(host, name, variables)
    for child, inner in _members(node.get("children"), name):
        _add_group(inventory, child, inner)


def _members(value: object, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return hosts or groups by name, which are an object in a static inventory, and a list of names in `--list`."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return ((name, {}) for name in value)
    return ((name, _object(inner, name)) for name, inner in _object(value, place).items())


def _object(value: object, place: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInventory(f"{place}: an object is expected here")
    return value


def _rows(inventory: AnsibleInventory) -> InventoryRows:
    rows = InventoryRows(groups=list(inventory.group_names.values()))
    for host, variables in inventory.variables.items():
        known = {name: _without_marks(value) for name, value in variables.items()}
        fields = {name: known[PREFIX + name] for name in (*FIELDS, "group") if PREFIX + name in known}
        groups = [inventory.group_names.get(name, name) for name in inventory.groups[host]]
        if "group" not in fields and len(groups) < 2:
            fields["group"] = groups[0] if groups else ""
        try:
            fields |= connection_of(host, known, fields, rows)
        except TemplateInAddress as template:
            rows.problems.append(
                f"host {host!r}: its address is the template {str(template)!r}, which only Ansible can fill in; "
                f"set its variable {PREFIX}external_ip, or use --skip-unusable to import the others"
            )
            continue
        rows.add(f"host {host!r}", {"id": host, **fields}, groups if "group" not in fields else ())
    return rows


def _without_marks(value: object) -> object:
    """Return the value without Ansible's marks for unsafe text, also inside a list."""
    return [_without_mark(item) for item in value] if isinstance(value, list) else _without_mark(value)


def _without_mark(value: object) -> object:
    return value["__ansible_unsafe"] if isinstance(value, dict) and list(value) == ["__ansible_unsafe"] else value
