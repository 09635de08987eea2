"""Ten thousand machines: the page opens, searches and follows changes."""

import pytest
from playwright.sync_api import expect

from browser.machines import inventory
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

GROUPS = tuple(f"Rack {number}" for number in range(1, 41))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("many"), inventory(10_000, GROUPS, name="node-{:05}")) as server:
        yield server


def test_a_change_of_one_among_ten_thousand_arrives(window, bob, server):
    carol = Person(server, "carol@example.com").sign_in()
    here = window(bob, fresh=True)  # its process is large afterwards, so no other test reuses it
    here.mark()
    expect(here.page.locator(".card")).to_have_count(10_000)
    expect(here.section("Rack 1").locator(".count")).to_have_text(here.text("count.free_of", free=250, n=250))
    done(carol.book("node-09999", 3))
    one_less = here.text("count.free_of", free=249, n=250)
    expect(here.section("Rack 40").locator(".count")).to_have_text(one_less, timeout=30_000)

    here.search.fill("node-09999")
    expect(here.cards).to_have_count(1)
    expect(here.card("node-09999")).to_contain_text("carol")
    here.search.fill("node-00123")
    here.press("book", "node-00123")
    here.send()
    expect(here.own_booking("node-00123")).to_be_visible()
    assert not here.was_reloaded()


def test_thousands_are_taken_out_of_service_and_deleted_together(window, start):
    # Named twice in a request, with their versions, they take 150 KB.
    server = start(inventory(2000, ("Rack 1",), name="loadtest-node-{:05}.example.com"))
    alice = Person(server, ADMIN).sign_in()
    here = window(alice, at=server, fresh=True)
    for action in ("maintenance", "delete"):
        here.page.locator(".card .select-box").first.click()
        here.page.locator("[data-select-all]").click()
        here.page.locator(f"[data-bulk-action={action}]").click()
        if action == "maintenance":
            here.field("maintenance.reason").fill("new racks")
        here.send()
        vms = alice.state()["vms"]
        assert [vm["maintenance"] for vm in vms] == (["new racks"] * 2000 if action == "maintenance" else [])
