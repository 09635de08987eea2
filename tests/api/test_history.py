"""GET /history: who did what, when, to which machine."""

import csv
import io
from datetime import timedelta

import pytest

from loadzone.lib.times import iso, parse_time
from support.answers import done, refusal
from support.people import Person


def history(person, **query):
    return done(person.http.get(f"{person.server.url}/history", params=query, timeout=20))


def acts(person, **query):
    return [(line["action"], line["actor"], line["vm_id"]) for line in history(person, **query)["history"]]


def test_a_line_says_who_did_what(bob, vm):
    done(bob.book(vm, hours=2, note="load test"))
    [line, added] = history(bob, vm_id=vm)["history"]
    booked = bob.vm(vm)
    assert line.pop("id") > added["id"]
    assert line.pop("vm") == added["vm"]
    assert line == {
        "at": booked["booked_at"],
        "actor": "bob@example.com",
        "via": "",
        "action": "booked",
        "vm_id": vm,
        "group_id": None,
        "group": None,
        "email": "bob@example.com",
        "booking": booked["booked_at"],
        "until": booked["expires_at"],
        "hours": 2.0,
        "reason": "load test",
        "changed": {},
    }


def test_a_line_is_there_as_soon_as_the_act_is_answered_and_stays_where_it_is(bob, vm):
    done(bob.book(vm))
    before = history(bob, vm_id=vm)
    assert before["history"][0]["action"] == "booked"
    for _ in range(20):  # meanwhile it is moved
        assert history(bob, vm_id=vm) == before


def test_a_name_means_the_machine_also_before_and_after_it_is_renamed(alice, bob, vm):
    done(bob.book(vm))
    done(alice.edit_vm(vm, id=f"{vm}-new"))
    done(bob.cancel(f"{vm}-new"))
    expected = ["released", "vm_renamed", "booked", "vm_added"]
    for name in (vm, f"{vm}-new", f"{vm}-NEW"):
        assert [action for action, *_ in acts(bob, vm_id=name)] == expected


def test_a_name_means_the_machines_that_are_gone_but_not_one_that_has_another_now(alice, bob, vm):
    done(alice.edit_vm(vm, id=f"{vm}-moved"))
    done(alice.add_vm(vm), 201)
    done(bob.book(vm))
    done(bob.cancel(vm))
    done(alice.delete_vm(vm))
    done(alice.add_vm(vm), 201)
    assert [action for action, *_ in acts(bob, vm_id=vm)] == [
        "vm_added",
        "vm_deleted",
        "released",
        "booked",
        "vm_added",
    ]
    done(alice.delete_vm(vm))
    assert acts(bob, vm_id=vm)[0] == ("vm_deleted", "alice@example.com", vm)
    answer = bob.get("/history?vm_id=never-there")
    assert refusal(answer) == (404, "no_such_vm")


def test_filters_join(alice, bob, carol, make_vm, make_group):
    first, second = make_vm(), make_vm()
    group = make_group(first)
    for person, vm in ((bob, first), (carol, second), (bob, second)):
        done(person.book(vm, note=f"Проверка {vm} 100%_a"))
        done(alice.cancel(vm) if person is carol else person.cancel(vm))
    assert acts(bob, group_id=group, action="booked") == [("booked", bob.email, first)]
    assert acts(bob, vm_id=second, action="booked,force_released", email=carol.email.upper()) == [
        ("force_released", alice.email, second),
        ("booked", carol.email, second),
    ]
    assert acts(bob, vm_id=second, email=alice.email, limit=1) == [("force_released", alice.email, second)]
    assert len(acts(bob, q=f"ПРОВЕРКА {second}")) == 2
    assert acts(bob, q=f"bob@ {first} 0%_A") == [("booked", bob.email, first)]
    assert acts(bob, q=f"{first} zz") == []


def test_times_bound_what_is_shown(bob, vm):
    done(bob.book(vm))
    done(bob.cancel(vm))
    released, booked, _ = (line["at"] for line in history(bob, vm_id=vm)["history"])
    times = {"vm_id": vm, "from": booked, "to": released}
    expected = ["booked"] if booked < released else []
    assert [action for action, *_ in acts(bob, **times)] == expected
    assert [action for action, *_ in acts(bob, vm_id=vm, to=booked)] == ["vm_added"]
    later = iso(parse_time(released) + timedelta(seconds=1))
    assert acts(bob, vm_id=vm, **{"from": later}) == []


def test_pages_follow_each_other_without_doubles_and_gaps(bob, vm):
    for _ in range(4):
        done(bob.book(vm))
        done(bob.cancel(vm))
    whole, paged, cursor = history(bob, vm_id=vm)["history"], [], {}
    assert len(whole) == 9
    while cursor is not None:
        page = history(bob, vm_id=vm, limit=2, **cursor)
        paged += page["history"]
        cursor = page["next"] and {"cursor": page["next"]}
    assert paged == whole


def test_members_see_machines_and_admins_people_too(alice, bob, newcomer):
    done(bob.make_token("a secret project"), 201)
    assert acts(bob, action="token_made") == []
    assert acts(bob, q="secret project") == []
    assert history(bob, q="secret project")["next"] is None
    assert ("token_made", bob.email, None) in acts(alice, action="token_made", email=bob.email)
    assert acts(alice, email=newcomer.email, action="user_added") == [("user_added", newcomer.email, None)]


def test_strangers_see_nothing(charlie):
    assert refusal(charlie.get("/history")) == (401, "not_signed_in")
    assert refusal(charlie.get("/history?vm_id=never-there")) == (401, "not_signed_in")


def test_an_act_by_a_program_names_its_token(bob, vm):
    token = done(bob.make_token("nightly"), 201)["token"]
    program = bob.program(token)
    done(program.book(vm))
    assert history(program, vm_id=vm)["history"][0]["via"] == "token:nightly"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "many"),
        ("limit", ""),
        ("cursor", "-1"),
        ("cursor", "9" * 30),
        ("cursor", "²"),
        ("group_id", "x"),
        ("email", "kim"),
        ("action", "flown"),
        ("action", "booked,"),
        ("from", "yesterday"),
        ("to", "2026-13-01"),
        ("q", "a" * 201),
        ("q", "two\nlines"),
        ("vm_id", ""),
    ],
)
def test_a_wrong_filter_is_named(bob, field, value):
    answer = bob.http.get(f"{bob.server.url}/history", params={field: value}, timeout=20)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"] == field


@pytest.mark.parametrize("name", ["nobody", "\0", "a\0b", "\u2028", "%", "x" * 1000])
def test_a_name_that_no_machine_had_is_refused_whatever_is_in_it(bob, name):
    answer = bob.http.get(f"{bob.server.url}/history", params={"vm_id": name}, timeout=20)
    assert refusal(answer) == (404, "no_such_vm")


def test_the_history_tells_since_when_it_has_everything(server, bob, vm):
    whole = history(Person(server, bob.email).sign_in())
    assert parse_time(whole["since"]) <= parse_time(whole["history"][-1]["at"])


# Bookings


def bookings(person, **query):
    return history(person, **{"as": "bookings"}, **query)["history"]


def test_bookings_have_a_beginning_and_an_end(alice, bob, carol, vm):
    done(bob.book(vm, note="load test"))
    [running] = bookings(bob, vm_id=vm)
    booked = bob.vm(vm)
    assert (running["email"], running["start"], running["until"]) == (
        bob.email,
        booked["booked_at"],
        booked["expires_at"],
    )
    assert (running["end"], running["ended"], running["reason"]) == (None, None, "load test")
    done(bob.renew(vm))
    done(bob.hand_over(vm, carol.email))
    done(alice.cancel(vm))
    told = history(bob, vm_id=vm)["history"]
    carols, bobs = bookings(bob, vm_id=vm)
    assert (bobs["end"], bobs["ended"]) == (told[1]["at"], "handed_over")
    assert (carols["email"], carols["start"], carols["actor"]) == (carol.email, told[1]["at"], bob.email)
    assert (carols["end"], carols["ended"]) == (told[0]["at"], "force_released")
    assert bookings(bob, vm_id=vm, email=bob.email) == [bobs]
    assert bookings(bob, vm_id=vm, limit=1) == [carols]


def test_bookings_of_a_time_are_those_that_had_a_part_in_it(bob, vm):
    for _ in range(3):
        done(bob.book(vm))
        done(bob.cancel(vm))
    done(bob.book(vm))
    running, last, middle, first = bookings(bob, vm_id=vm)
    for by in ({"vm_id": vm}, {"q": vm}):
        assert bookings(bob, **by, **{"from": running["start"]}) == [running]
        assert bookings(bob, **by, to=middle["start"]) == [first]
        found = bookings(bob, **by, **{"from": first["end"], "to": last["start"]})
        assert [one for one in found if one["start"] < one["end"]] in ([middle], [])
        assert middle in found or middle["start"] == middle["end"]


# The file for spreadsheets


def table(person, **query):
    answer = person.http.get(f"{person.server.url}/history.csv", params=query, timeout=20)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_the_file_has_the_lines_that_the_pages_have(bob, vm):
    done(bob.book(vm, note='Тест, "so"; =1+1'))
    done(bob.change_note(vm, "=HYPERLINK(0)"))
    lines = history(bob, vm_id=vm)["history"]
    rows = table(bob, vm_id=vm)
    assert [row["id"] for row in rows] == [str(line["id"]) for line in lines]
    assert [row["at"] for row in rows] == [line["at"] for line in lines]
    assert rows[1]["reason"] == 'Тест, "so"; \'=1+1'
    assert rows[0]["changed"].replace("'", "") == '{"note":["Тест, \\"so\\"; =1+1","=HYPERLINK(0)"]}'
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_the_file_of_bookings_has_the_bookings(bob, vm):
    done(bob.book(vm))
    [row] = table(bob, vm_id=vm, **{"as": "bookings"})
    assert (row["vm_id"], row["email"], row["end"]) == (vm, bob.email, "")


def test_the_file_has_all_lines_however_many_pages_they_are(alice, vm):
    ids = [int(row["id"]) for row in table(alice)]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids) > 10


def test_the_file_shows_members_no_acts_about_people(alice, bob):
    done(bob.make_token("the project of the file"), 201)
    assert "token_made" not in {row["action"] for row in table(bob)}
    assert "token_made" in {row["action"] for row in table(alice)}


def test_the_file_of_no_machine_is_refused(bob, charlie):
    assert refusal(bob.get("/history.csv?vm_id=never-there")) == (404, "no_such_vm")
    assert refusal(charlie.get("/history.csv")) == (401, "not_signed_in")
