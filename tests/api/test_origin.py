"""Changes are taken from the page's own site, and from scripts that name none."""

import pytest

from support.answers import done, refusal
from support.calls import CHANGES
from support.people import Person

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
    {"Origin": "nonsense"},
    {"Sec_Fetch_Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_changes_nothing(bob, vm, headers):
    answer = bob.post("/book", {"vm_id": vm, "hours": 1}, **headers)
    assert refusal(answer) == (403, "other_origin")
    assert bob.vm(vm)["state"] == "free"


def test_ones_own_site_does(bob, make_vm, server):
    done(bob.post("/book", {"vm_id": make_vm(), "hours": 1}, Origin=server.url, Sec_Fetch_Site="same-origin"))
    done(bob.post("/book", {"vm_id": make_vm(), "hours": 1}, Sec_Fetch_Site="none"))


def test_a_site_that_only_begins_alike_does_not(bob, vm, server):
    for origin in (
        f"{server.url}0",
        f"{server.url}.evil.example",
        f"http://evil.example/{server.url}",
    ):
        assert refusal(bob.post("/book", {"vm_id": vm, "hours": 1}, Origin=origin)) == (403, "other_origin")


@pytest.mark.parametrize("path", CHANGES)
def test_every_change_is_guarded(alice, path):
    answer = alice.post(path, {}, Origin="https://evil.example")
    assert refusal(answer) == (403, "other_origin")
    assert alice.is_signed_in()


def test_revoking_a_token_is_guarded(newcomer):
    token = done(newcomer.make_token(), 201)
    answer = newcomer.request("DELETE", f"/tokens/{token['id']}", headers={"Origin": "https://evil.example"})
    assert refusal(answer) == (403, "other_origin")
    assert [kept["id"] for kept in done(newcomer.tokens())] == [token["id"]]


def test_signing_in_is_guarded(server):
    ann = Person(server)
    assert refusal(ann.post("/auth", {"email": ann.email}, Origin="https://evil.example")) == (403, "other_origin")
    assert not ann.is_signed_in()


def test_reading_is_not_a_change(bob):
    assert done(bob.get("/vms", Origin="https://evil.example", Sec_Fetch_Site="cross-site"))
    assert "Access-Control-Allow-Origin" not in bob.get("/vms", Origin="https://evil.example").headers


def test_the_public_address_of_the_settings_is_ones_own(start):
    server = start(LOADZONE_BASE_URL="https://lz.example.com")
    ann = Person(server)
    done(ann.post("/auth", {"email": ann.email}, Origin="https://lz.example.com"))
    assert refusal(ann.post("/logout", Origin="http://lz.example.com"))[1] == "other_origin"


def test_a_forwarded_host_counts_when_the_proxy_is_trusted(start):
    ann = Person(start(LOADZONE_TRUSTED_PROXIES="1"))
    forwarded = {"X_Forwarded_Host": "lz.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1"}
    done(ann.post("/auth", {"email": ann.email}, Origin="https://lz.example.com", **forwarded))
    assert refusal(ann.post("/logout", Origin="https://evil.example", **forwarded))[1] == "other_origin"


def test_the_scheme_counts(start):
    """Who sits on the line can put a page of theirs under our name, but not by TLS."""
    ann = Person(start(LOADZONE_TRUSTED_PROXIES="1"))
    forwarded = {"X_Forwarded_Host": "lz.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1"}
    answer = ann.post("/auth", {"email": ann.email}, Origin="http://lz.example.com", **forwarded)
    assert refusal(answer) == (403, "other_origin")


NAME = "lz.evil.example:5000"


def asks_by(name: str, person: Person, path: str = "/auth"):
    """As a page does that was loaded from that name."""
    return person.post(path, {"email": "alice@example.com"}, Host=name, Origin=f"http://{name}")


def test_a_name_that_anybody_may_point_here_signs_nobody_in(server):
    """DNS rebinding: to the browser that page is of this very server."""
    answer = asks_by(NAME, Person(server))
    assert refusal(answer) == (403, "other_origin")
    assert answer.json()["host"] == NAME
    assert "LOADZONE_BASE_URL" in answer.json()["error"]


@pytest.mark.parametrize("name", ["192.0.2.7:5000", "[2001:db8::1]:5000", "localhost:5000", "lab-server"])
def test_who_comes_by_ip_address_or_by_a_name_of_the_house_is_served(server, name):
    done(Person(server).post("/auth", {"email": "ann@example.com"}, Host=name, Origin=f"http://{name}"))


@pytest.mark.parametrize("settings", [{"LOADZONE_BASE_URL": f"http://{NAME}"}, {"LOADZONE_AUTH": "code"}], ids=str)
def test_so_is_who_comes_by_the_name_of_the_settings_or_needs_a_code(start, settings):
    done(asks_by(NAME, Person(start(**settings))))


def test_and_not_otherwise(bob):
    answer = bob.post(
        "/logout", Origin="https://lz.example.com", X_Forwarded_Host="lz.example.com", X_Forwarded_Proto="https"
    )
    assert refusal(answer) == (403, "other_origin")
    assert bob.is_signed_in()
