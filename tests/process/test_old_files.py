"""Data files of the original system load without loss of meaningful content."""

from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from support.answers import done, refusal
from support.inventory import from_now, inventory, machine, moment, stamp, user
from support.people import Person


def local(when: datetime, zone: tzinfo | None = None) -> str:
    """Format a time as the original system did: the server's local time without a zone."""
    return when.astimezone(zone).replace(tzinfo=None).isoformat()


def unambiguous(when: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the time, or one two hours later where clocks are set back: a local time without a zone is ambiguous."""
    naive = when.astimezone(zone).replace(tzinfo=None)
    meant = {naive.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1)}
    return when if len(meant) == 1 else when + timedelta(hours=2)


def start_and_write(start, **more):
    """Start a server on a file and make it write the file once."""
    server = start(**more)
    alice = Person(server, "alice@example.com").sign_in()
    done(alice.add_vm("makes-it-write"), 201)
    return server, alice


def test_naive_times_are_the_servers_local_time(start):
    ends = unambiguous(from_now(hours=5).replace(microsecond=123456))
    old = machine("vm", "ann@example.com") | {"expires_at": local(ends)}
    server, alice = start_and_write(start, inventory=inventory([old]))
    assert abs(moment(alice.vm("vm")["expires_at"]) - ends) < timedelta(milliseconds=1)
    assert abs(moment(server.stored_vm("vm")["expires_at"]) - ends) < timedelta(milliseconds=1)


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "Asia/Kolkata"])
def test_naive_times_are_read_in_any_zone_of_the_server(start, zone):
    ends = unambiguous(from_now(hours=30).replace(microsecond=0), ZoneInfo(zone))
    old = machine("vm", "ann@example.com") | {"expires_at": local(ends, ZoneInfo(zone))}
    server = start(inventory([old]), TZ=zone)
    assert moment(Person(server).vm("vm")["expires_at"]) == ends


def test_times_with_another_zone_become_utc(start):
    ends = from_now(hours=5).replace(microsecond=0)
    old = machine("vm", "ann@example.com") | {"expires_at": ends.astimezone(timezone(timedelta(hours=3))).isoformat()}
    _, alice = start_and_write(start, inventory=inventory([old]))
    assert moment(alice.vm("vm")["expires_at"]) == ends


def test_a_queue_that_is_a_plain_list_of_emails_is_kept(start):
    old = machine("vm", "ann@example.com", from_now(hours=5), queue=["Ben@example.com", "cem@example.com"])
    server, _ = start_and_write(start, inventory=inventory([old]))
    waiting = [entry if isinstance(entry, str) else entry["email"] for entry in server.stored_vm("vm")["queue"]]
    assert [email.lower() for email in waiting] == ["ben@example.com", "cem@example.com"]


def test_people_in_a_queue_of_plain_emails_are_served(start):
    taken = machine("taken", "ann@example.com", from_now(hours=5), queue=["Ben@Example.com", "cem@example.com"])
    ended = machine("ended", "ann@example.com", from_now(hours=-1), queue=["cem@example.com"])
    free = machine("free", queue=["ben@example.com", "BEN@example.com"])
    server = start(inventory([taken, ended, free]))
    ann, ben, cem = (Person(server, f"{name}@example.com").sign_in() for name in ("ann", "ben", "cem"))
    assert [ben.vm(vm)["held_for"] for vm in ("ended", "free")] == [cem.email, ben.email]
    assert ben.queue("free") == []
    assert ben.vm("taken")["queue"][0].keys() == {"email", "hours", "auto", "since", "count"}
    assert done(ben.join("taken")) == {"status": "already_in_queue", "position": 1}
    assert done(ann.cancel("taken"))["held_for"] == ben.email
    done(ben.leave("taken"))
    assert done(cem.book("taken"))["booked_by"] == cem.email


def test_records_of_the_original_are_kept_as_long_as_the_rules_say(start):
    recent = {"start": local(from_now(minutes=-5)), "vm_id": "vm"}
    records = [
        recent | {"action": "login", "vm_id": None, "end": None},
        recent | {"action": "login"},
        recent | {"action": "deleted", "end": None},
        recent | {"action": "cancel"},
        recent | {"action": "book", "end": local(from_now(hours=2))},
    ]
    old = machine("vm", "ann@example.com") | {"expires_at": local(from_now(hours=2))}
    users = {"ann@example.com": {"created": local(from_now(days=-30)), "bookings": records}}
    server, _ = start_and_write(start, inventory=inventory([old], users=users))
    kept_records = server.stored()["users"]["ann@example.com"]["bookings"]
    assert [record["action"] for record in kept_records] == ["login", "login", "deleted", "cancel", "book"]
    assert done(Person(server, "ann@example.com").sign_in().get("/me"))["bookings"]


def test_emails_that_differ_in_case_are_one_person_and_histories_merge(start):
    def book(vm_id, minutes):
        return {
            "vm_id": vm_id,
            "start": stamp(from_now(minutes=minutes)),
            "end": stamp(from_now(hours=3)),
            "action": "book",
        }

    users = {
        "Ann@Example.com": user(book("two", -10), book("four", -2)),
        "ann@example.com": user(book("one", -20), book("three", -5)),
    }
    held = machine("two", "ANN@example.com", from_now(hours=3))
    server, alice = start_and_write(start, inventory=inventory([held], users=users))
    ann = Person(server, "ann@example.com").sign_in()
    assert [record["vm_id"] for record in ann.history()] == ["one", "two", "three", "four"]
    assert alice.vm("two")["booked_by"] == "ann@example.com"
    assert [email for email in server.stored()["users"] if email.lower() == "ann@example.com"] == ["ann@example.com"]
    done(ann.cancel("two"))


def test_unknown_keys_are_kept_and_written_back_at_every_level(start):
    old = inventory(
        [machine("vm", owner_team="QA", nested={"a": [1, 2.5, None, "ы"]})],
        [{"id": 1, "name": "One", "vm_ids": [], "colour": "red"}],
        {
            "ann@example.com": user(
                {"vm_id": "vm", "start": stamp(from_now()), "end": None, "action": "login", "ip": "x"}, phone="123"
            )
        },
        schema_comment="by hand",
    )
    server, alice = start_and_write(start, inventory=old)
    done(alice.edit_vm("vm", description="changed"))
    done(alice.add_to_group(1, ["vm"]))
    stored = server.stored()
    assert stored["schema_comment"] == "by hand"
    assert server.stored_vm("vm")["owner_team"] == "QA"
    assert server.stored_vm("vm")["nested"] == {"a": [1, 2.5, None, "ы"]}
    assert stored["groups"][0]["colour"] == "red"
    assert stored["users"]["ann@example.com"]["phone"] == "123"
    assert stored["users"]["ann@example.com"]["bookings"][0]["ip"] == "x"


def test_dangling_references_are_repaired_and_logged(start):
    old = inventory(
        [machine("lost") | {"group": 77}, machine("two") | {"group": 2}, machine("named-only")],
        [
            {"id": 1, "name": "One", "vm_ids": ["two", "never-was", "named-only"]},
            {"id": 2, "name": "Two", "vm_ids": ["two"]},
        ],
    )
    server, alice = start_and_write(start, inventory=old)
    assert alice.vm("lost")["group"] is None
    assert alice.vm("two")["group"] == 2, "the group in the machine's own record counts"
    assert "two" not in alice.group(1)["vm_ids"]
    assert alice.group(2)["vm_ids"] == ["two"]
    assert "never-was" not in alice.group(1)["vm_ids"]
    assert ("named-only" in alice.group(1)["vm_ids"]) is (alice.vm("named-only")["group"] == 1)
    for name in ("lost", "never-was", "two"):
        server.wait_for_log(name)


def test_ids_that_are_no_longer_allowed_stay_usable(start):
    names = ["two words", "a/b", "<img src=x onerror=alert(1)>", "x" * 100, "сервер №1", 'кавычка"']
    server = start(inventory([machine(name) for name in names]))
    alice = Person(server, "alice@example.com").sign_in()
    for name in names:
        done(alice.book(name))
        done(alice.renew(name))
        done(alice.edit_vm(name, description="x"))
        done(alice.cancel(name))
        done(alice.delete_vm(name))
    assert alice.state()["vms"] == []


def test_a_name_with_a_line_break_cannot_forge_a_line_of_the_log(start):
    name = "vm\n2026-01-01 00:00:00,000 INFO forged \x1b[31m"
    server = start(inventory([machine(name, "ann@example.com", from_now(minutes=-1))]))
    done(Person(server, "alice@example.com").sign_in().book(name))
    assert not [line for line in server.log_lines if line.startswith("2026-01-01")]
    assert "\x1b" not in server.log


def test_a_booking_until_the_year_9999_can_be_shown_and_ended(start):
    server = start(inventory([machine("vm", "ann@example.com") | {"expires_at": "9999-12-31T23:59:59Z"}]))
    ann = Person(server, "ann@example.com").sign_in()
    assert refusal(ann.renew("vm")) == (409, "too_far_ahead")
    assert ann.get("/vms").status_code == 200
    done(ann.cancel("vm"))
    assert "Traceback" not in server.log


def test_half_a_booking_does_not_block_a_machine(start):
    """A crash of the original system could leave such records. They load, and no machine stays taken for ever."""
    old = inventory([machine("no-end", "ann@example.com"), machine("no-holder", None, from_now(hours=1))])
    alice = Person(start(old), "alice@example.com").sign_in()
    assert alice.vm("no-holder")["state"] == "free"
    if alice.vm("no-end")["state"] == "booked":
        done(alice.cancel("no-end"))
    done(alice.book("no-end"))
    done(alice.book("no-holder"))


def test_an_empty_inventory_of_the_original_loads(start):
    server = start({"vms": [], "groups": [], "users": {}})
    alice = Person(server, "alice@example.com").sign_in()
    assert alice.state()["vms"] == []
    assert refusal(alice.book("vm")) == (404, "no_such_vm")


def test_a_booking_longer_than_allowed_keeps_its_end(start):
    ends = from_now(days=400).replace(microsecond=0)
    server = start(inventory([machine("vm", "ann@example.com", ends)]))
    ann = Person(server, "ann@example.com").sign_in()
    assert moment(ann.vm("vm")["expires_at"]) == ends
    assert refusal(ann.renew("vm")) == (409, "too_far_ahead")
    done(ann.cancel("vm"))
