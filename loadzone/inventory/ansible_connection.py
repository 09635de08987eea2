"""Read from Ansible's variables of a host the fields with which a machine is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping

from loadzone.inventory.rows import InventoryRows, Row, number_in
from loadzone.lib.domain_names import ascii_domain

# The variables, each with its name in Ansible 1, which is still read.
HOST = ("ansible_host", "ansible_ssh_host")
USER = ("ansible_user", "ansible_ssh_user")
PORT = ("ansible_port", "ansible_ssh_port")
BY_SSH = ("ssh", "smart", "paramiko", "paramiko_ssh")
_TEMPLATE = re.compile(r"\{[{%#]")
_ADDRESS = re.compile(r"[A-Za-z0-9._:%][A-Za-z0-9._:%-]*")


class TemplateInAddress(Exception):
    """The address is a template, which only Ansible can fill in. The message is the template."""


def connection_of(host: str, variables: Mapping[str, object], known: Row, rows: InventoryRows) -> Row:
    """Return address, user and port as far as they are not `known`. What cannot be used is noted as ignored.

    Raises TemplateInAddress.
    """
    fields: Row = {}
    if not {"external_ip", "internal_ip"} & known.keys():
        fields["external_ip"] = _address(host, _first(variables, HOST))
    if variables.get("ansible_connection", "ssh") not in BY_SSH:  # such as winrm, whose port is another
        return fields
    if "ssh_user" not in known and (user := _usable(variables, USER, rows)) is not None:
        fields["ssh_user"] = user
    if "ssh_port" not in known and (port := _usable(variables, PORT, rows)) is not None:
        fields["ssh_port"] = number_in(port) if isinstance(port, str) else port
    return fields


def _address(host: str, given: object) -> object:
    """Return the address, by default the host's name, as Ansible does. A name that is no address gives "".

    What was given and is no address is returned as it is, for the checks of fields.
    """
    if isinstance(given, str) and _TEMPLATE.search(given):
        raise TemplateInAddress(given)
    name = host if given is None else given
    if not isinstance(name, str):
        return name
    try:
        address = ascii_domain(name)
    except ValueError:
        address = ""
    if _ADDRESS.fullmatch(address):
        return address
    return "" if given is None else name


def _usable(variables: Mapping[str, object], names: tuple[str, ...], rows: InventoryRows) -> object:
    """Return the value; None for a template or something encrypted, which only Ansible can know."""
    value = _first(variables, names)
    if isinstance(value, (dict, list)) or (isinstance(value, str) and _TEMPLATE.search(value)):
        rows.ignored[f"{names[0]} (a template, or encrypted)"] = None
        return None
    return value


def _first(variables: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((variables[name] for name in names if name in variables), None)
