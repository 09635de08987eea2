"""Rules about which people are admins, and which addresses may sign in."""

from support.answers import refusal
from support.inventory import inventory, user
from support.people import Person


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
