"""Whoever was answered by one node is answered by another only once it knows that, however late it hears of it."""

from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy

import pytest

from nodes.browsers import at, without_cookie
from support.answers import done, refusal
from support.people import Person
from support.waiting import eventually

TRIES = 30  # each of them is late
NO_COMMIT = "9" * 17


@pytest.fixture
def token(newcomer):
    return done(newcomer.make_token(), 201)["token"]


def stale(writer, reader, vm):
    """Write on one node and read on the other, many times; return what was not seen at once."""
    missed = []
    for number in range(TRIES):
        done(writer.change_note(vm, f"try {number}"))
        if reader.vm(vm)["note"] != f"try {number}":
            missed.append(number)
    return missed


class Headed(Person):
    """A program that brings back the header of the last answer, as the command does."""

    def __init__(self, program):
        super().__init__(program.server, program.email)
        self.http = program.http

    def get(self, path, **headers):
        return self.noted(super().get(path, **self.seen(), **headers))

    def post(self, path, body=None, **headers):
        return self.noted(super().post(path, body, **self.seen(), **headers))

    def seen(self):
        number = self.http.headers.get("Last")
        return {"LoadZone_Seen": number} if number else {}

    def noted(self, answer):
        self.http.headers["Last"] = answer.headers["LoadZone-Seen"]
        return answer


class Forgetful(Person):
    """A script with a session, which keeps no cookie that it gets."""

    def __init__(self, browser):
        super().__init__(browser.server, browser.email)
        session = browser.http.cookies["session"]
        self.http.headers["Cookie"] = f"session={session}"
        self.http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def test_nobody_reads_less_than_they_were_answered(second, newcomer, token, make_vm):
    """Have browsers, the command and plain scripts write on one node and read on the other at once."""
    vms = [make_vm() for _ in range(4)]
    for vm in vms:
        done(newcomer.book(vm))
    command, plain, script = Headed(newcomer.program(token)), newcomer.program(token), Forgetful(newcomer)
    with ThreadPoolExecutor(4) as pool:
        clients = zip((newcomer, command, plain, script), vms, strict=True)
        tries = [pool.submit(stale, client, at(second, client), vm) for client, vm in clients]
        assert [one.result() for one in tries] == [[], [], [], []]


def test_a_booking_on_one_node_is_on_the_board_of_another(second, alice, vm):
    booked = done(alice.book(vm))
    there = Person(second, "carol@example.com").sign_in()
    eventually(lambda: there.vm(vm)["booked_by"] == alice.email)
    assert there.vm(vm)["expires_at"] == booked["expires_at"]


def test_a_machine_is_not_booked_on_two_nodes(second, alice, vm):
    done(alice.book(vm))
    answer = Person(second, "carol@example.com").sign_in().book(vm)
    assert (answer.status_code, answer.json()["code"]) == (409, "vm_taken")


def test_who_signs_in_on_one_node_is_signed_in_on_the_other(server, second):
    for _ in range(10):
        person = Person(server).sign_in()
        assert at(second, person).is_signed_in()
        assert at(second, without_cookie(person)).is_signed_in()
    for _ in range(10):
        person = Person(server).sign_in()
        assert at(second, person).choose_language("ru").status_code == 200


def test_who_signs_out_on_one_node_is_signed_out_on_the_other(server, second):
    for _ in range(10):
        person = Person(server).sign_in()
        script = without_cookie(person)
        done(person.sign_out())
        assert not at(second, person).is_signed_in()
        assert not at(second, script).is_signed_in()
        assert refusal(at(second, script).choose_language("ru")) == (401, "not_signed_in")


def test_a_token_is_good_and_bad_on_all_nodes_at_once(second, newcomer):
    for number in range(10):
        made = done(newcomer.make_token(f"token {number}"), 201)
        program = at(second, newcomer.program(made["token"]))
        assert program.choose_language("en" if number % 2 else "ru").status_code == 200
        assert program.get("/healthz").status_code == 200
        done(newcomer.revoke(made["id"]))
        assert refusal(program.choose_language("en")) == (401, "bad_token")


def test_a_token_made_elsewhere_may_send_a_large_body_at_once(second, newcomer):
    body = {"vm_ids": ["x" * 60 + f"{number}" for number in range(2000)]}
    for number in range(5):
        made = done(newcomer.make_token(f"token {number}"), 201)
        program = at(second, newcomer.program(made["token"]))
        assert refusal(program.post("/heartbeat", body)) == (404, "no_such_vm")


def test_a_refusal_too_tells_what_it_was_made_of(second, alice, bob, vm):
    for _ in range(10):
        done(alice.book(vm))
        assert refusal(bob.book(vm)) == (409, "vm_taken")
        assert at(second, bob).vm(vm)["state"] == "booked"
        done(alice.cancel(vm))


@pytest.mark.parametrize("path", ["/vms", "/me", "/", "/groups"])
def test_a_number_that_no_commit_has_is_not_waited_for(second, alice, path):
    there = at(second, alice)
    done(there.choose_language("en"))
    real = int(there.http.cookies["seen"])
    there.http.cookies.set("seen", NO_COMMIT, domain="127.0.0.1", path="/")
    assert there.get(path).status_code == 200
    cookies = [cookie.value for cookie in there.http.cookies if cookie.name == "seen"]
    assert len(cookies) == 1
    assert real <= int(cookies[0]) < int(NO_COMMIT)
    answer = there.get(path, LoadZone_Seen=NO_COMMIT)
    assert (answer.status_code, int(answer.headers["LoadZone-Seen"]) < int(NO_COMMIT)) == (200, True)


@pytest.mark.parametrize("number", ["", "-1", "1e3", "0x10", "٣", "9" * 19, "9" * 4000, "1;2"])
def test_what_is_no_number_is_ignored(second, alice, number):
    there = at(second, alice)
    assert there.get("/me", LoadZone_Seen=number.encode()).status_code == 200
    there.http.headers["Cookie"] = f"seen={number.encode().decode('latin-1')}"
    assert there.get("/me").status_code == 200


def test_the_cookie_is_set_where_somebody_may_need_it(newcomer, charlie, vm):
    seen = "seen=%s; HttpOnly; Path=/; SameSite=Lax"
    answer = newcomer.book(vm)
    assert answer.headers["Set-Cookie"] == seen % answer.headers["LoadZone-Seen"]
    for path in ("/", "/vms", "/me", "/healthz"):
        assert "Set-Cookie" not in newcomer.get(path).headers
        assert "Set-Cookie" not in charlie.get(path).headers
    script = without_cookie(newcomer)
    first, second_answer = script.get("/vms"), script.get("/vms")
    assert first.headers["Set-Cookie"] == seen % first.headers["LoadZone-Seen"]
    assert "Set-Cookie" not in second_answer.headers
    assert first.headers["ETag"] == second_answer.headers["ETag"] == newcomer.get("/vms").headers["ETag"]
    assert newcomer.get("/vms", If_None_Match=first.headers["ETag"]).status_code == 304
    program = newcomer.program(done(newcomer.make_token(), 201)["token"])
    assert "Set-Cookie" not in program.cancel(vm).headers


def test_with_the_file_nothing_is_told_and_nothing_waited_for(start):
    person = Person(start()).sign_in()
    answer = person.get("/vms", LoadZone_Seen=NO_COMMIT)
    assert answer.status_code == 200
    assert "LoadZone-Seen" not in answer.headers
    assert [cookie.name for cookie in person.http.cookies] == ["session"]
