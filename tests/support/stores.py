"""Stores for tests that write records without a rule."""

from loadzone.datafile.json_file import JsonFile
from loadzone.domain.people import Letter, User
from loadzone.domain.records import Group, Vm
from loadzone.lib.concurrency import run_here
from storage import DurableStore
from support.world import unit


def json_store(path, starter=b"{}", run_blocking=run_here, **options):
    """Return a store over the JSON file at this path."""
    return DurableStore(JsonFile(path, starter, run_blocking), **options)


def write(store, *records, remove=()):
    """Write these records, and remove the machines of these ids, in one unit of work."""

    def work(uow):
        for record in records:
            tables = {Vm: uow.vms, Group: uow.groups, User: uow.users, Letter: uow.letters}
            tables[type(record)][record.email if isinstance(record, User) else record.id] = record
        for vm_id in remove:
            del uow.vms[vm_id]

    store.do(unit, work)
