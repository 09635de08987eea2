"""Rules about which people are admins, and which addresses may sign in."""

from loadzone.domain.links import LinkTarget, mark_of
from loadzone.notifications.signed_links import SignedLinks
from support.answers import done, refusal
from support.inventory import inventory, machine, moment, user
from support.people import Person
from support.server import SECRET_KEY


def test_the_first_ever_to_sign_in_becomes_admin_and_the_log_says_so(start):
    server = start(LOADZONE_ADMINS="")
    ann, ben = Person(server, "ann@example.com").sign_in(), Person(server, "ben@example.com").sign_in()
    assert ann.me()["role"] == "admin"
    assert ben.me()["role"] == "user"
    server.wait_for_log(r"(?i)(ann@example\.com.*admin|admin.*ann@example\.com)")
    server.restart()
    assert ann.me()["role"] == "admin", "the role is kept after a restart"


def test_the_first_to_sign_in_is_no_admin_if_people_are_in_the_file(start):
    ann = Person(start(inventory(users={"old@example.com": user()}), LOADZONE_ADMINS=""), "ann@example.com").sign_in()
    assert ann.me()["role"] == "user"


def test_the_first_to_sign_in_is_no_admin_if_the_settings_name_admins(start):
    server = start(LOADZONE_ADMINS="boss@example.com, Chief@Example.com")
    ann = Person(server, "ann@example.com").sign_in()
    assert ann.me()["role"] == "user"
    for email in ("boss@example.com", "chief@example.com"):
        assert Person(server, email).sign_in().me()["role"] == "admin"


def test_an_admin_that_the_settings_no_longer_name_is_no_admin(start):
    server = start(LOADZONE_ADMINS="boss@example.com,ann@example.com")
    ann = Person(server, "ann@example.com").sign_in()
    assert ann.me()["role"] == "admin"
    server.settings["LOADZONE_ADMINS"] = "boss@example.com"
    server.restart()
    assert ann.me()["role"] == "user"


def test_only_addresses_of_the_allowed_domains_sign_in(start):
    server = start(LOADZONE_ALLOWED_DOMAINS="example.com, Example.org")
    assert Person(server, "ann@example.com").sign_in().is_signed_in()
    assert Person(server, "ann@EXAMPLE.ORG").sign_in().is_signed_in()
    for email in ("ann@evil.com", "ann@sub.example.com", "ann@example.com.evil.com", "ann@notexample.com"):
        ann = Person(server, email)
        answer = ann.ask_for_code()
        assert answer.status_code in (400, 403)
        refusal(answer)
        assert not ann.is_signed_in()


def test_a_narrowed_list_of_domains_ends_sessions_and_tokens_at_the_start(start):
    server = start(inventory([machine("vm")]))
    ann, eve = Person(server, "ann@example.com").sign_in(), Person(server, "eve@old.example").sign_in()
    made = {person.email: done(person.post("/tokens", {"name": "ci", "days": 9}), 201) for person in (ann, eve)}
    booked = done(eve.book("vm", 1))
    mark = mark_of("vm", moment(booked["booked_at"]), moment(booked["expires_at"]))
    meant = LinkTarget("release", eve.email, frozenset([mark]))
    link = SignedLinks(SECRET_KEY, "").url(meant).removeprefix("/link/")
    assert Person(server).get(f"/link/{link}").status_code == 200
    server.settings["LOADZONE_ALLOWED_DOMAINS"] = "example.com"
    server.restart()
    server.wait_for_log("eve@old.example was signed out: LOADZONE_ALLOWED_DOMAINS lacks this domain")
    assert "ann@example.com was signed out" not in server.log
    assert (ann.is_signed_in(), eve.is_signed_in()) == (True, False)
    stranger = Person(server)
    as_program = {email: {"Authorization": f"Bearer {answer['token']}"} for email, answer in made.items()}
    assert done(stranger.get("/me", **as_program[ann.email]))["email"] == ann.email
    assert refusal(stranger.get("/me", **as_program[eve.email])) == (401, "bad_token")
    assert server.stored()["users"][eve.email].get("sessions", {}) == {}
    assert stranger.get(f"/link/{link}").status_code == 410
    server.settings["LOADZONE_ALLOWED_DOMAINS"] = ""
    server.restart()
    assert not eve.is_signed_in(), "what has ended does not come back"


def test_visitors_and_the_first_one_are_told_who_becomes_admin(start):
    server = start(LOADZONE_ADMINS="")
    first, second = Person(server), Person(server)
    told = {"authenticated": False, "first_admin": True}
    assert (first.me(), second.me()) == (told, told)
    first.sign_in()
    assert second.me() == {"authenticated": False}
    second.sign_in()
    assert (first.me()["role"], second.me()["role"]) == ("admin", "user")


def test_where_the_settings_name_admins_nobody_is_told_so(start):
    server = start(LOADZONE_ADMINS="boss@example.com")
    assert Person(server).me() == {"authenticated": False}
