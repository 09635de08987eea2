"""The page over several nodes: it fetches nothing older than what it was told, by answers and by its socket."""

import pytest

from support.answers import done
from support.node import running_nodes
from support.people import Person


@pytest.fixture(scope="module")
def server(cluster):
    with running_nodes(cluster, {}) as [node]:
        yield node


def test_the_page_brings_back_what_it_was_told(window, alice, vm):
    here, asked = window(alice, path=None), []
    here.page.on("request", lambda request: asked.append(request))

    def numbers():
        """Open the page; return what it brings with the calls that it makes once its socket is open."""
        asked.clear()
        with here.page.expect_response(lambda answer: answer.url.endswith("/vms")):
            here.go()
        calls = [one for one in asked if one.method == "GET" and one.url.endswith(("/vms", "/me"))]
        return [int(call.headers["loadzone-seen"]) for call in calls]

    told = int(alice.get("/vms").headers["LoadZone-Seen"])
    first = numbers()
    assert len(first) == 2
    assert min(first) >= told
    done(Person(alice.server, "bob@example.com").sign_in().book(vm))
    assert min(numbers()) > max(first)
    cookies = {cookie["name"]: cookie for cookie in here.context.cookies()}
    assert (cookies["seen"]["httpOnly"], cookies["seen"]["sameSite"]) == (True, "Lax")
