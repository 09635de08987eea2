"""The Usage page with the figures of a real server, and the CSV behind each plot."""

import csv
import io

import pytest
from playwright.sync_api import expect

from browser.machines import machine
from support.answers import done
from support.people import Person
from support.server import ADMIN, Server, data_file

OPENED = ".usage-body:not([aria-busy])"
AGO = 180  # minutes; figures end with the last quarter of an hour that is over
ANN = "ann@example.com"
WEEK = "/?view=usage&days=7"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a server to which machines were added three hours ago, and on which Ann booked one of them for an hour."""
    data = data_file(tmp_path_factory.mktemp("usage"), {"vms": [], "groups": [], "users": {}})
    server = Server(data, program="tests/support/wrong_clock.py", CLOCK_AHEAD=str(-AGO))
    try:
        alice = Person(server.start(), ADMIN).sign_in()
        lab = done(alice.make_group("Lab"), 201)["id"]
        for vm_id, group in {"used": lab, "idle": lab, "alone": None}.items():
            done(alice.add_vm(vm_id, group), 201)
        done(Person(server, ANN).sign_in().book("used", 1))
        server.stop()
        server.program = "app.py"
        yield server.start()
    finally:
        server.end()


@pytest.fixture
def ann(server):
    return Person(server, ANN).sign_in()


def opened(here):
    expect(here.page.locator(OPENED)).to_have_count(1)
    return here


def plot(here, key):
    return here.page.locator(f".plot-{key}")


def test_the_page_shows_what_the_server_says(window, ann):
    here = opened(window(ann, WEEK))
    tiles = here.page.locator(".tile b")
    expect(tiles.nth(1)).to_have_text("1 h")
    expect(tiles.nth(3)).to_have_text("1")
    expect(here.page.locator(".tile").nth(3)).to_contain_text(here.text("usage.lengths", half="1 h"))
    expect(plot(here, "people").get_by_role("listitem")).to_have_text(["ann (you) 1 h"])
    expect(plot(here, "unused").get_by_role("listitem")).to_have_count(2)
    expect(here.page.locator(".usage-note")).to_contain_text("There is less than a day of figures.")
    assert "Lab" in here.page.get_by_role("slider").get_attribute("aria-valuetext")


def test_a_group_is_chosen_in_the_side_bar_and_those_in_none_too(window, ann):
    here = opened(window(ann, WEEK))
    names = plot(here, "unused").locator(".name")
    here.page.get_by_role("button", name="Lab").click()
    expect(names).to_have_text(["idle"])
    here.page.get_by_role("button", name=here.text("groups.none")).click()
    expect(names).to_have_text(["alone"])


@pytest.mark.parametrize("table", ["series", "waits", "heat", "people", "unused"])
def test_the_csv_has_the_plotted_numbers(window, ann, table):
    here = opened(window(ann, f"{WEEK}&tables={table}"))
    with here.page.expect_download() as loading:
        plot(here, table).get_by_role("link").click()
    assert loading.value.suggested_filename == f"usage-{table}.csv"
    rows = list(csv.DictReader(io.StringIO(loading.value.path().read_bytes().decode("utf-8-sig"))))
    if table in ("series", "heat", "people"):
        assert round(sum(float(row["booked_hours"]) for row in rows), 6) == 1
    more = plot(here, table).get_by_role("button", name="more rows")
    if more.is_visible():
        more.click()
    shown = plot(here, table).locator("tbody tr").count()
    groups = {"series": 2, "heat": 7}.get(table, 1)  # groups, or days of the week, that have a column each
    assert len(rows) == shown * groups


def test_the_csv_of_all_machines_is_above_the_plots(window, ann):
    here = opened(window(ann, WEEK))
    with here.page.expect_download() as loading:
        here.page.locator(".page-bar .csv").click()
    rows = list(csv.DictReader(io.StringIO(loading.value.path().read_bytes().decode("utf-8-sig"))))
    assert {row["vm_id"] for row in rows} == {"used", "idle", "alone"}


def test_without_machines_one_sentence_takes_the_place_of_the_plots(window, start):
    server = start({"vms": [], "groups": [], "users": {}})
    here = opened(window(Person(server).sign_in(), "/?view=usage", at=server))
    expect(here.page.locator(".usage")).to_be_hidden()
    expect(here.page.locator("#view .empty")).to_have_text(here.text("usage.empty"))


def test_on_a_server_that_has_just_begun_the_page_says_when_figures_come(window, start):
    server = start({"vms": [machine("new")], "groups": [], "users": {}})
    here = opened(window(Person(server).sign_in(), "/?view=usage", at=server))
    expect(here.page.locator("#view .empty")).to_have_text(here.text("usage.not_yet"))
