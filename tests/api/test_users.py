"""GET /users, POST /users/role, POST /users/remove"""

import pytest

from support.answers import done, refusal
from support.inventory import moment
from support.people import Person


def test_an_admin_lists_the_people(alice, newcomer):
    users = {user["email"]: user for user in done(alice.users())}
    assert users["alice@example.com"]["role"] == "admin"
    assert users[newcomer.email].keys() >= {"email", "role", "created"}
    assert users[newcomer.email]["role"] == "user"
    assert moment(users[newcomer.email]["created"])


def test_the_list_tells_when_somebody_was_last_seen_and_who_is_admin_by_the_settings(server, alice, newcomer):
    def listed(email):
        return next(user for user in done(alice.users()) if user["email"] == email)

    assert listed(alice.email)["by_settings"] is True
    seen = listed(newcomer.email)
    assert (seen["by_settings"], seen["seen"]) == (False, seen["created"])
    done(newcomer.sign_out())
    assert listed(newcomer.email) == seen, "the last use outlives the session"
    done(alice.give_role(newcomer.email, "admin"))
    assert (listed(newcomer.email)["role"], listed(newcomer.email)["by_settings"]) == ("admin", False)


def test_only_an_admin_lists_the_people(bob, charlie):
    assert refusal(bob.users()) == (403, "not_allowed")
    assert refusal(charlie.users()) == (401, "not_signed_in")


def test_an_admin_gives_and_takes_the_role_of_admin(alice, newcomer):
    assert refusal(newcomer.add_vm("made-by-newcomer")) == (403, "not_allowed")
    assert done(alice.give_role(newcomer.email, "admin")) == {"status": "ok"}
    assert newcomer.me()["role"] == "admin"
    done(newcomer.add_vm("made-by-newcomer"), 201)
    done(alice.give_role(newcomer.email, "user"))
    assert newcomer.me()["role"] == "user"
    assert refusal(newcomer.delete_vm("made-by-newcomer")) == (403, "not_allowed")


def test_an_address_is_the_same_person_in_any_case(alice, newcomer):
    done(alice.give_role(newcomer.email.upper(), "admin"))
    assert newcomer.me()["role"] == "admin"


def test_admins_of_the_settings_keep_their_role(alice, newcomer):
    done(alice.give_role(newcomer.email, "admin"))
    assert refusal(newcomer.give_role("alice@example.com", "user")) == (409, "admin_by_settings")
    assert alice.me()["role"] == "admin"
    done(alice.give_role(newcomer.email, "user"))


def test_the_last_admin_can_neither_step_down_nor_be_removed(start):
    ann = Person(start(LOADZONE_ADMINS=""), "ann@example.com").sign_in()
    assert ann.me()["role"] == "admin"
    assert refusal(ann.give_role("ann@example.com", "user")) == (409, "last_admin")
    assert refusal(ann.remove_user("ann@example.com")) == (409, "last_admin")
    assert ann.me()["role"] == "admin"


def test_with_two_admins_one_may_step_down(start):
    server = start(LOADZONE_ADMINS="")
    ann, ben = Person(server, "ann@example.com").sign_in(), Person(server, "ben@example.com").sign_in()
    done(ann.give_role("ben@example.com", "admin"))
    done(ann.give_role("ann@example.com", "user"))
    assert ann.me()["role"] == "user"
    assert refusal(ben.give_role("ben@example.com", "user")) == (409, "last_admin")


@pytest.mark.parametrize("role", ["boss", "", None, 1, True, ["admin"], "ADMIN"])
def test_a_role_is_admin_or_user(alice, newcomer, role):
    assert refusal(alice.give_role(newcomer.email, role)) == (400, "bad_input")
    assert newcomer.me()["role"] == "user"


def test_an_unknown_person_is_not_found(alice):
    assert refusal(alice.give_role("nobody@example.com", "admin")) == (404, "no_such_user")
    assert refusal(alice.remove_user("nobody@example.com")) == (404, "no_such_user")


def test_removing_a_person_ends_their_sessions_and_bookings(alice, make_vm, server, newcomer):
    elsewhere = Person(server, newcomer.email).sign_in()
    one, other = make_vm(), make_vm()
    newcomer.book(one)
    elsewhere.book(other)
    assert done(alice.remove_user(newcomer.email)) == {"status": "ok"}
    assert not newcomer.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert refusal(newcomer.book(one)) == (401, "not_signed_in")
    assert alice.vm(one)["state"] == alice.vm(other)["state"] == "free"
    assert newcomer.email not in [user["email"] for user in done(alice.users())]
    assert newcomer.email not in server.stored()["users"]


@pytest.mark.parametrize("pseudonym", ["person-1", "yes", None, 1, 0, ["x"]])
def test_a_pseudonym_is_asked_for_by_true(alice, newcomer, pseudonym):
    """Nobody chooses it: two people could get the same."""
    if pseudonym is None:
        done(alice.remove_user(newcomer.email, pseudonym=False))
    else:
        assert refusal(alice.remove_user(newcomer.email, pseudonym=pseudonym)) == (400, "bad_input")


def test_with_a_pseudonym_that_stands_in_their_place_always_the_same(alice, vm, server, newcomer):
    name = newcomer.email.partition("@")[0]
    given = []
    for _ in range(2):
        done(newcomer.book(vm, note=f"for {name}"))
        done(newcomer.hand_over(vm, alice.email))
        given.append(done(alice.remove_user(newcomer.email, pseudonym=True))["pseudonym"])
        [person] = {line["person"] for line in alice.history() if line["vm_id"] == vm and line.get("person")}
        assert person == given[0]
        assert alice.vm(vm)["note"] == f"for {given[0]}"
        done(alice.cancel(vm))
        newcomer.sign_in()
    assert given[0] == given[1]


def test_a_removed_person_may_sign_in_again_as_a_new_one(alice, vm, newcomer):
    newcomer.book(vm)
    done(alice.remove_user(newcomer.email))
    assert newcomer.sign_in().history() == []
    assert newcomer.me()["role"] == "user"


def test_a_cookie_from_before_the_removal_stays_void(alice, server, newcomer):
    old = Person(server, newcomer.email)
    old.http.cookies.update(newcomer.http.cookies)
    assert old.is_signed_in()
    done(alice.remove_user(newcomer.email))
    newcomer.sign_in()
    assert not old.is_signed_in()


def test_only_an_admin_changes_roles_and_removes_people(bob, carol, charlie):
    for person, refused in ((bob, (403, "not_allowed")), (charlie, (401, "not_signed_in"))):
        assert refusal(person.give_role("bob@example.com", "admin")) == refused
        assert refusal(person.remove_user("carol@example.com")) == refused
    assert bob.me()["role"] == "user"
    assert carol.is_signed_in()
