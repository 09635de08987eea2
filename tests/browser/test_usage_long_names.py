"""The Usage page with names of machines that are longer than their column."""

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.people import Person
from support.server import ADMIN, Server, data_file

AGO = 180  # minutes; figures end with the last quarter of an hour that is over
LONG = "build-of-the-northern-data-centre-{}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a server to which machines were added three hours ago."""
    data = data_file(tmp_path_factory.mktemp("usage"), {"vms": [], "groups": [], "users": {}})
    server = Server(data, program="tests/support/wrong_clock.py", CLOCK_AHEAD=str(-AGO))
    try:
        alice = Person(server.start(), ADMIN).sign_in()
        lab = done(alice.make_group("Lab of the northern data centre, second floor"), 201)["id"]
        for number in range(6):
            done(alice.add_vm(LONG.format(number), lab), 201)
        done(alice.book(LONG.format(0), 1))
        server.stop()
        server.program = "app.py"
        yield server.start()
    finally:
        server.end()


@pytest.mark.parametrize("width", [320, 768, 1280, 1440])
def test_long_names_are_cut_and_nothing_scrolls_sideways(window, server, width):
    reader = Person(server, "ann@example.com").sign_in()
    here = window(reader, path="/?view=usage", viewport={"width": width, "height": 800})
    expect(here.page.locator(".usage-body:not([aria-busy])")).to_have_count(1)
    expect(here.page.locator(".plot-unused").get_by_role("listitem").first).to_contain_text(LONG.format(1))
    assert not here.scrolls_sideways()
