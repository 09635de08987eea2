"""Changes are accepted from the page's own origin, and from scripts that send no Origin."""

import pytest

from support.answers import done, refusal
from support.calls import CHANGING_CALLS
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


def test_the_own_site_is_accepted(bob, make_vm, server):
    done(bob.post("/book", {"vm_id": make_vm(), "hours": 1}, Origin=server.url, Sec_Fetch_Site="same-origin"))
    done(bob.post("/book", {"vm_id": make_vm(), "hours": 1}, Sec_Fetch_Site="none"))


def test_an_origin_that_only_looks_like_the_own_one_is_refused(bob, vm, server):
    for origin in (
        f"{server.url}0",
        f"{server.url}.evil.example",
        f"http://evil.example/{server.url}",
    ):
        assert refusal(bob.post("/book", {"vm_id": vm, "hours": 1}, Origin=origin)) == (403, "other_origin")


@pytest.mark.parametrize("path", CHANGING_CALLS)
def test_every_change_is_refused_to_another_site(alice, path):
    answer = alice.post(path, {}, Origin="https://evil.example")
    assert refusal(answer) == (403, "other_origin")
    assert alice.is_signed_in()


def test_revoking_a_token_is_refused_to_another_site(newcomer):
    token = done(newcomer.make_token(), 201)
    answer = newcomer.request("DELETE", f"/tokens/{token['id']}", headers={"Origin": "https://evil.example"})
    assert refusal(answer) == (403, "other_origin")
    assert [kept["id"] for kept in done(newcomer.tokens())] == [token["id"]]


def test_signing_in_is_refused_to_another_site(server):
    ann = Person(server)
    assert refusal(ann.post("/auth", {"email": ann.email}, Origin="https://evil.example")) == (403, "other_origin")
    assert not ann.is_signed_in()


def test_reading_is_accepted_from_another_site(bob):
    assert done(bob.get("/vms", Origin="https://evil.example", Sec_Fetch_Site="cross-site"))
    assert "Access-Control-Allow-Origin" not in bob.get("/vms", Origin="https://evil.example").headers


def test_the_public_address_of_the_settings_is_accepted(start):
    server = start(LOADZONE_BASE_URL="https://lz.example.com")
    ann = Person(server)
    done(ann.post("/auth", {"email": ann.email}, Origin="https://lz.example.com"))
    assert refusal(ann.post("/logout", Origin="http://lz.example.com"))[1] == "other_origin"


def test_the_forwarded_host_counts_if_the_proxy_is_trusted(start):
    ann = Person(start(LOADZONE_TRUSTED_PROXIES="1"))
    forwarded = {"X_Forwarded_Host": "lz.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1"}
    done(ann.post("/auth", {"email": ann.email}, Origin="https://lz.example.com", **forwarded))
    assert refusal(ann.post("/logout", Origin="https://evil.example", **forwarded))[1] == "other_origin"


def test_another_scheme_is_another_site(start):
    """An attacker on the network can serve a page under our name over http, but not over TLS."""
    ann = Person(start(LOADZONE_TRUSTED_PROXIES="1"))
    forwarded = {"X_Forwarded_Host": "lz.example.com", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.1"}
    answer = ann.post("/auth", {"email": ann.email}, Origin="http://lz.example.com", **forwarded)
    assert refusal(answer) == (403, "other_origin")


HOST = "lz.evil.example:5000"


def ask_from(name: str, person: Person, path: str = "/auth"):
    """Sign in as a page does that was loaded from this host name."""
    return person.post(path, {"email": "alice@example.com"}, Host=name, Origin=f"http://{name}")


def test_a_name_that_anybody_may_point_here_signs_nobody_in(server):
    """DNS rebinding: the browser takes the attacker's page for a page of this server."""
    answer = ask_from(HOST, Person(server))
    assert refusal(answer) == (403, "other_origin")
    assert answer.json()["host"] == HOST
    assert "LOADZONE_BASE_URL" in answer.json()["error"]


@pytest.mark.parametrize("name", ["192.0.2.7:5000", "[2001:db8::1]:5000", "localhost:5000", "lab-server"])
def test_ip_addresses_and_local_names_of_the_server_sign_in(server, name):
    done(Person(server).post("/auth", {"email": "ann@example.com"}, Host=name, Origin=f"http://{name}"))


@pytest.mark.parametrize("settings", [{"LOADZONE_BASE_URL": f"http://{HOST}"}, {"LOADZONE_AUTH": "code"}], ids=str)
def test_any_name_signs_in_if_it_is_in_the_settings_or_a_code_is_needed(start, settings):
    done(ask_from(HOST, Person(start(**settings))))


def test_the_forwarded_host_is_ignored_without_a_trusted_proxy(bob):
    answer = bob.post(
        "/logout", Origin="https://lz.example.com", X_Forwarded_Host="lz.example.com", X_Forwarded_Proto="https"
    )
    assert refusal(answer) == (403, "other_origin")
    assert bob.is_signed_in()
