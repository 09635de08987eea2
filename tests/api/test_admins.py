"""Who is an admin, and whose address may sign in at all."""

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
    assert ann.me()["role"] == "admin", "it is kept over a restart"


def test_not_where_somebody_signed_in_before(start):
    ann = Person(start(inventory(users={"old@example.com": user()}), LOADZONE_ADMINS=""), "ann@example.com").sign_in()
    assert ann.me()["role"] == "user"


def test_not_where_the_settings_name_admins(start):
    server = start(LOADZONE_ADMINS="boss@example.com, Chief@Example.com")
    ann = Person(server, "ann@example.com").sign_in()
    assert ann.me()["role"] == "user"
    for email in ("boss@example.com", "chief@example.com"):
        assert Person(server, email).sign_in().me()["role"] == "admin"


def test_who_is_no_longer_named_is_no_longer_admin(start):
    server = start(LOADZONE_ADMINS="boss@example.com,ann@example.com")
    ann = Person(server, "ann@example.com").sign_in()
    assert ann.me()["role"] == "admin"
    server.settings["LOADZONE_ADMINS"] = "boss@example.com"
    server.restart()
    assert ann.me()["role"] == "user"


def test_where_domains_are_named_only_their_addresses_sign_in(start):
    server = start(LOADZONE_ALLOWED_DOMAINS="example.com, Example.org")
    assert Person(server, "ann@example.com").sign_in().is_signed_in()
    assert Person(server, "ann@EXAMPLE.ORG").sign_in().is_signed_in()
    for email in ("ann@evil.com", "ann@sub.example.com", "ann@example.com.evil.com", "ann@notexample.com"):
        ann = Person(server, email)
        answer = ann.ask_for_code()
        assert answer.status_code in (400, 403)
        refusal(answer)
        assert not ann.is_signed_in()
