"""Files of the original system load, and lose nothing that has a meaning."""

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from loadzone.datafile import repair
from loadzone.datafile.reader import BadFile, read_state
from loadzone.datafile.writer import SLICE, StateEncoder, slices
from support.stores import json_store, write


def read(data):
    return read_state(json.dumps(data).encode())


def written(state):
    encoder = StateEncoder()
    encoder.mark_all(state)
    return json.loads(encoder.encode(state))


@pytest.fixture
def in_moscow(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Moscow")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def booked(**more):
    return {"id": "vm", "group": None, "booked_by": "ann@example.com", "expires_at": "2025-10-01T18:00:00", **more}


def test_naive_times_are_the_servers_local_time(in_moscow):
    state, _ = read({"vms": [booked(expires_at="2025-10-01T14:03:11.123456")]})
    assert state.vms["vm"].booking.expires_at == datetime(2025, 10, 1, 11, 3, 11, 123456, tzinfo=timezone.utc)
    assert written(state)["vms"][0]["expires_at"] == "2025-10-01T11:03:11.123456Z"


@pytest.mark.parametrize(
    "text",
    ["2025-10-01T11:03:11Z", "2025-10-01T11:03:11.000Z", "2025-10-01T14:03:11+03:00", "2025-10-01T11:03:11.0+00:00"],
)
def test_times_with_a_zone_are_converted_to_utc(text):
    state, _ = read({"vms": [booked(expires_at=text)]})
    assert written(state)["vms"][0]["expires_at"] == "2025-10-01T11:03:11Z"


def test_addresses_become_lower_case_and_entries_of_one_person_are_merged():
    early, late = (
        {"vm_id": "a", "start": "2025-01-01T00:00:00Z", "action": "book"},
        {
            "vm_id": "b",
            "start": "2025-01-02T00:00:00Z",
            "action": "book",
        },
    )
    state, repairs = read(
        {
            "vms": [booked(booked_by="Ann@Example.com")],
            "users": {
                "Ann@example.com": {"created": "2025-02-01T00:00:00Z", "bookings": [late]},
                "ann@EXAMPLE.com": {"created": "2025-01-01T00:00:00Z", "bookings": [early], "role": "admin"},
            },
        }
    )
    (ann,) = state.users.values()
    assert [entry.vm_id for entry in ann.bookings] == ["a", "b"]
    assert (ann.email, ann.role, ann.created.month) == ("ann@example.com", "admin", 1)
    assert state.vms["vm"].holder == "ann@example.com"
    assert len(repairs) == 1


def test_unknown_fields_are_written_back_everywhere():
    data = {
        "version": 3,
        "vms": [{"id": "vm", "group": 1, "booked_by": None, "expires_at": None, "cpu": {"n": 8}}],
        "groups": [{"id": 1, "name": "G", "vm_ids": ["vm"], "color": "red"}],
        "users": {
            "a@x.y": {
                "created": "2025-01-01T00:00:00Z",
                "phone": "1",
                "bookings": [{"vm_id": "vm", "start": None, "end": None, "action": "login", "ip": "10.0.0.1"}],
            }
        },
    }
    again = written(read(data)[0])
    assert again["version"] == 3
    assert again["vms"][0]["cpu"] == {"n": 8}
    assert again["groups"][0]["color"] == "red"
    assert again["users"]["a@x.y"]["phone"] == "1"
    assert again["users"]["a@x.y"]["bookings"][0]["ip"] == "10.0.0.1"


def test_a_written_state_reads_back_the_same():
    state, _ = read(
        {
            "vms": [booked(tags=["a", "ö"], note="n"), {"id": "имя с пробелом"}],
            "groups": [{"id": 7, "name": "«G»", "vm_ids": ["vm"]}],
            "users": {"a@x.y": {"bookings": [{"action": "deleted", "vm_id": "x", "start": "2025-01-01T00:00:00Z"}]}},
        }
    )
    again, repairs = read_state(json.dumps(written(state)).encode())
    assert (again, repairs) == (state, [])


def test_slices_are_the_same_file_and_short():
    machines = [booked(id=f"vm-{number}", note="n" * 90) for number in range(2000)]
    people = {f"p{number}@x.y": {"bookings": [{"action": "book", "vm_id": "vm"}] * 200} for number in range(20)}
    state, _ = read({"vms": machines, "users": people, "later": {"x": 1}, "revision": 7})
    encoder = StateEncoder()
    encoder.mark_all(state)
    pieces = list(slices(state))
    assert b"".join(pieces) == encoder.encode(state)
    assert max(map(len, pieces)) < 2 * SLICE


def test_dangling_references_are_repaired_and_reported():
    state, repairs = read(
        {
            "vms": [{"id": "lost", "group": 9}, {"id": "two", "group": 2}, {"id": "unlisted", "group": 1}],
            "groups": [{"id": 1, "name": "A", "vm_ids": ["two", "ghost"]}, {"id": 2, "name": "B", "vm_ids": ["two"]}],
        }
    )
    assert [vm.group for vm in state.vms.values()] == [None, 2, 1]
    assert [group.vm_ids for group in state.groups.values()] == [("unlisted",), ("two",)]
    assert len(repairs) == 4


def test_many_groups_do_not_each_look_through_all_machines(monkeypatch):
    class Counted(dict):
        def items(self):
            looks.append(1)
            return super().items()

    looks, real = [], repair._groups_of_vms
    monkeypatch.setattr(repair, "_groups_of_vms", lambda *arguments: Counted(real(*arguments)))
    groups = [{"id": number, "name": f"{number}", "vm_ids": ["vm"]} for number in range(50)]
    read({"vms": [{"id": "vm"}, {"id": "unlisted", "group": 7}], "groups": groups})
    assert len(looks) == 1


def test_a_machine_that_names_no_group_is_in_the_one_that_lists_it():
    state, _ = read({"vms": [{"id": "vm"}], "groups": [{"id": 1, "name": "A", "vm_ids": ["vm", "vm"]}]})
    assert (state.vms["vm"].group, state.groups[1].vm_ids) == (1, ("vm",))


def test_the_beginning_of_a_booking_is_found_in_the_history():
    start = datetime(2025, 10, 1, 12, tzinfo=timezone.utc)
    entries = [
        {"vm_id": "vm", "start": (start + timedelta(hours=n)).isoformat(), "action": action}
        for n, action in enumerate(["book", "cancel", "book", "renew"])
    ]
    state, _ = read({"vms": [booked()], "users": {"ann@example.com": {"bookings": entries}}})
    assert state.vms["vm"].booking.booked_at == start + timedelta(hours=2)


def test_an_end_without_a_holder_is_dropped_and_reported():
    state, repairs = read({"vms": [booked(booked_by=None)]})
    assert state.vms["vm"].booking is None
    assert len(repairs) == 1


@pytest.mark.parametrize("revision", [2**53, 2**53 + 1, 2**64 - 1, 2**52 + 1])
def test_a_revision_too_great_for_browsers_starts_again_at_zero(tmp_path, revision):
    file = tmp_path / "data.json"
    file.write_text(json.dumps({"vms": [{"id": "vm"}], "revision": revision}))
    assert read_state(file.read_bytes())[1] == [
        f"the revision was {revision}, beyond which browsers cannot count; it starts again at 0"
    ]
    for reached in (1, 2):
        store = json_store(file)
        write(store, replace(store.snapshot.vms["vm"], description=f"{reached}"))
        store.close()
        assert json.loads(file.read_text())["revision"] == reached


def test_a_great_revision_that_browsers_can_count_is_kept():
    state, repairs = read_state(b'{"revision": 4503599627370496}')
    assert (state.revision, repairs) == (2**52, [])


def test_a_byte_order_mark_does_not_matter():
    assert "vm" in read_state(b'\xef\xbb\xbf{"vms": [{"id": "vm"}]}')[0].vms


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"vms": [\n{"id": "a"},\n{"id": "b",}\n]}', "line 3"),
        ("", "line 1"),
        ("[]", "the file: an object"),
        ('{"vms": {}}', "vms: a list"),
        ('{"vms": [{"id": "a"}, 5]}', "vms[1]: an object"),
        ('{"vms": [{"group": 1}]}', "vms[0].id: is missing"),
        ('{"vms": [{"id": 5}]}', "vms[0].id: a text"),
        ('{"vms": [{"id": "a", "group": "1"}]}', "vms[0].group: a whole number"),
        ('{"vms": [{"id": "a", "group": true}]}', "vms[0].group: a whole number"),
        ('{"vms": [{"id": "a", "expires_at": "soon"}]}', "vms[0].expires_at: 'soon' is not a time"),
        ('{"vms": [{"id": "a"}, {"id": "a"}]}', "vms: 'a' is there twice"),
        ('{"groups": [{"id": 1, "name": "A", "vm_ids": [1]}]}', "groups[0].vm_ids: a list of texts"),
        ('{"groups": [{"id": 1}]}', "groups[0].name: is missing"),
        ('{"users": {"a@x.y": {"bookings": [{}, {"start": "x"}]}}}', "users['a@x.y'].bookings[1].start"),
        ('{"users": []}', "users: an object"),
        ('{"groups": [{"id": 18446744073709551615, "name": "A"}]}', "groups[0].id: a whole number from 0"),
    ],
)
def test_a_malformed_file_is_refused_with_the_reason_and_place(text, place):
    with pytest.raises(BadFile) as caught:
        read_state(text.encode())
    assert place in str(caught.value)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Moscow", "America/Lima"])
@pytest.mark.parametrize(
    "text", ["0001-01-01T00:30:00Z", "0001-01-01T00:30:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59"]
)
def test_times_at_either_end_of_the_calendar_can_still_be_calculated_with(monkeypatch, zone, text):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    expires_at = read({"vms": [booked(expires_at=text)]})[0].vms["vm"].booking.expires_at
    monkeypatch.undo()
    time.tzset()
    assert expires_at.astimezone(timezone(timedelta(hours=14))) - timedelta(days=30)
    assert expires_at.astimezone(timezone(timedelta(hours=-12))) + timedelta(days=20)


def test_content_that_could_not_be_written_back_stops_the_start(tmp_path):
    path = tmp_path / "data.json"
    path.write_text('{"vms": [{"id": "vm", "x": ' + "[" * 400 + "]" * 400 + "}]}")
    with pytest.raises(BadFile, match="written back"):
        json_store(path)


def test_the_zone_and_the_choice_of_letters_are_kept_and_merged():
    own = {"zone": "Europe/Berlin", "no_letters": ["held", "of a later version"]}
    state, _ = read({"users": {"ann@example.com": own, "Ann@example.com": {"no_letters": ["reminder"]}}})
    ann = state.users["ann@example.com"]
    assert (ann.zone, ann.no_letters) == ("Europe/Berlin", ("held", "of a later version", "reminder"))
    assert written(state)["users"]["ann@example.com"]["no_letters"] == ["held", "of a later version", "reminder"]


DELETED = {"at": "2026-11-24T12:00:00Z", "by": "alice@example.com"}


def test_what_was_deleted_is_read_with_all_its_fields_in_the_order_of_the_deletions():
    vm = {"id": "a", "booked_by": "bob@example.com", "expires_at": "2026-11-24T13:00:00Z", "rack": 7}
    later = {**DELETED, "at": "2026-11-24T12:01:00Z", "number": 2, "vm": vm}
    group = {**DELETED, "group": {"id": 1, "name": "Perf", "vm_ids": ["a"]}}
    state, repaired = read({"deleted": [later, group]})
    assert repaired == []
    assert [*state.deleted] == [1, "a"]
    assert (state.deleted["a"].place.rest, state.deleted["a"].number) == ({"rack": 7}, 2)
    assert state.deleted["a"].place.holder == "bob@example.com"


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        ({**DELETED}, "deleted[0].vm: is missing"),
        ({**DELETED, "vm": {"id": 5}}, "deleted[0].vm.id: a text is expected here"),
        ({**DELETED, "vm": "a"}, "deleted[0].vm: an object is expected here"),
        ({**DELETED, "group": {"id": 1}}, "deleted[0].group.name: is missing"),
        ({"vm": {"id": "a"}}, "deleted[0].at: is missing"),
    ],
)
def test_what_is_wrong_with_a_deletion_is_said_with_its_place(kept, problem):
    with pytest.raises(BadFile) as caught:
        read({"deleted": [kept]})
    assert str(caught.value) == problem
