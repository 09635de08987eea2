"""GET /vms and GET /groups: what members and strangers see, ETags and 304."""

import json

import pytest

from support.answers import done
from support.inventory import inventory, machine, moment
from support.people import Person

FOR_STRANGERS = {"id", "group", "state", "expires_at", "booked_by"}
FOR_MEMBERS = FOR_STRANGERS | {
    "booked_at",
    "note",
    "description",
    "tags",
    "external_ip",
    "internal_ip",
    "ssh_user",
    "ssh_port",
}


def test_a_free_machine_as_a_member_sees_it(bob, make_vm):
    vm = make_vm(description="8 cores", tags=["linux"], external_ip="192.0.2.1", internal_ip="10.0.0.1")
    seen = bob.vm(vm)
    assert seen.keys() >= FOR_MEMBERS
    assert seen["state"] == "free"
    assert seen["group"] is seen["booked_by"] is seen["expires_at"] is None
    assert (seen["description"], seen["tags"]) == ("8 cores", ["linux"])
    assert (seen["external_ip"], seen["internal_ip"]) == ("192.0.2.1", "10.0.0.1")


def test_a_booked_machine_as_a_member_sees_it(bob, carol, vm):
    bob.book(vm, note="nightly tests")
    seen = carol.vm(vm)
    assert (seen["state"], seen["booked_by"], seen["note"]) == ("booked", "bob@example.com", "nightly tests")
    assert moment(seen["booked_at"]) < moment(seen["expires_at"])


def test_a_stranger_sees_a_booking_with_its_end_but_not_its_holder(bob, charlie, make_vm):
    vm = make_vm(description="secret plan", external_ip="192.0.2.7")
    bob.book(vm, note="secret work")
    seen = charlie.vm(vm)
    assert seen.keys() == FOR_STRANGERS
    assert seen["booked_by"] == "b…@example.com"
    assert seen["state"] == "booked"
    assert seen["expires_at"] == bob.vm(vm)["expires_at"]
    text = charlie.get("/vms").text
    assert "bob@" not in text
    assert "secret" not in text
    assert "192.0.2.7" not in text


def test_everybody_sees_groups(alice, charlie, vm, make_group):
    group = make_group(vm)
    assert charlie.group(group) == alice.group(group)
    assert charlie.group(group)["vm_ids"] == [vm]
    assert charlie.group(group) in charlie.state()["groups"]
    assert charlie.vm(vm)["group"] == group


def test_an_unchanged_list_is_answered_with_304_and_no_body(bob):
    first = bob.get("/vms")
    again = bob.get("/vms", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_weak_etags_and_lists_of_etags_are_answered_with_304(bob):
    etag = bob.get("/vms").headers["ETag"]
    for known in (f"W/{etag}", f'"another", {etag}'):
        assert bob.get("/vms", If_None_Match=known).status_code == 304
    assert bob.get("/vms", If_None_Match='"another", W/"third"').status_code == 200


def test_a_changed_list_has_another_etag(bob, vm):
    before = bob.get("/vms").headers["ETag"]
    bob.book(vm)
    after = bob.get("/vms", If_None_Match=before)
    assert after.status_code == 200
    assert after.headers["ETag"] != before


def test_members_and_strangers_have_different_etags(bob, charlie, vm):
    bob.book(vm)
    assert charlie.get("/vms", If_None_Match=bob.get("/vms").headers["ETag"]).status_code == 200


def test_no_shared_cache_may_keep_the_list(bob, charlie):
    for person in (bob, charlie):
        answer = person.get("/vms")
        assert {part.strip() for part in answer.headers["Cache-Control"].split(",")} == {"private", "no-cache"}


def test_the_revision_counts_changes_of_the_list(alice, bob, newcomer, vm):
    before = alice.state()["revision"]
    bob.book(vm)
    assert alice.state()["revision"] == before + 1
    bob.book(vm)
    newcomer.choose_language("en")
    assert alice.state()["revision"] == before + 1, "a refusal and a choice of language do not change the list"
    bob.cancel(vm)
    assert alice.state()["revision"] == before + 2


def test_revision_and_etag_are_the_same_after_a_restart(start):
    server = start()
    alice = Person(server, "alice@example.com").sign_in()
    for number in range(5):
        done(alice.add_vm(f"vm-{number}"), 201)
    before = alice.get("/vms")
    server.restart()
    after = alice.get("/vms", If_None_Match=before.headers["ETag"])
    assert after.status_code == 304
    done(alice.book("vm-1"))
    assert alice.state()["revision"] == before.json()["revision"] + 1


def test_the_revision_does_not_go_back_after_a_kill(start):
    server = start()
    alice = Person(server, "alice@example.com").sign_in()
    done(alice.add_vm("vm"), 201)
    before = alice.state()["revision"]
    server.kill()
    server.start()
    assert alice.state()["revision"] >= before


def test_answers_are_plain_json(bob, vm):
    answer = bob.get("/vms")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(answer.content.decode("utf-8")).keys() >= {"vms", "groups", "revision"}


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("known", [False, True])
def test_the_same_request_again_gets_the_same_answer(bob, charlie, encoding, known):
    """The first answer is cached for everybody who may see the same."""
    for person in (bob, charlie):
        tag = person.get("/vms", Accept_Encoding=encoding).headers["ETag"]
        headers = {"Accept_Encoding": encoding, **({"If_None_Match": tag} if known else {})}
        answers = [person.get("/vms", **headers) for _ in range(3)]
        for answer in answers:
            answer.headers.pop("Date")
        assert {answer.status_code for answer in answers} == {304 if known else 200}
        assert len({(answer.content, str(sorted(answer.headers.items()))) for answer in answers}) == 1
        assert answers[0].headers["Content-Security-Policy"]
        assert person.get("/vms", Accept_Encoding=encoding).headers["ETag"] == tag


def test_a_signed_out_or_foreign_cookie_shows_what_strangers_see(newcomer, charlie, vm):
    for _ in range(2):
        assert "tags" in newcomer.vm(vm)
    cookie = newcomer.http.cookies["session"]
    newcomer.sign_out()
    for value in (cookie, cookie[:-3] + "abc", ""):
        assert charlie.get("/vms", Cookie=f"session={value}").json() == charlie.state()


def test_over_https_a_cookie_without_the_host_prefix_shows_what_strangers_see(start):
    server = start(inventory([machine("vm")]), LOADZONE_AUTH="trust", LOADZONE_TRUSTED_PROXIES="1")
    session = Person(server).sign_in().http.cookies["session"]
    for name, is_member in (("session", False), ("__Host-session", True)) * 2:
        answer = Person(server).get("/vms", Cookie=f"{name}={session}", X_Forwarded_Proto="https")
        assert ("tags" in answer.json()["vms"][0]) is is_member
