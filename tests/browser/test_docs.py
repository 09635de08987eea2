"""GET /docs: the description of the API, to read and to try, without files from other servers."""

import json

import pytest
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def open_docs(window, person=None, **options):
    """Open /docs. Errors of the browser fail the test as on the page itself; see `window`."""
    here = window(person, path=None, **options)
    here.page.goto(here.server.url + "/docs")
    expect(here.page.get_by_role("heading", name="LoadZone")).to_be_visible()
    return here


def operation(here, method: str, path: str):
    return here.page.locator(f".opblock-{method}").filter(has=here.page.locator(f'[data-path="{path}"]'))


def test_it_lists_every_call(window, charlie):
    here = open_docs(window)
    assert here.page.title() == "API · LoadZone"
    paths = charlie.get("/openapi.json").json()["paths"]
    expect(here.page.locator(".opblock")).to_have_count(sum(len(methods) for methods in paths.values()))
    operation(here, "post", "/book").locator("button.opblock-summary-control").click()
    expect(operation(here, "post", "/book")).to_contain_text("vm_taken")


def test_a_call_is_made_as_the_person_who_is_signed_in(window, bob, vm):
    here = open_docs(window, bob)
    call = operation(here, "get", "/vms")
    call.locator("button.opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    with here.page.expect_response("**/vms") as answer:
        call.get_by_role("button", name="Execute").click()
    assert answer.value.status == 200
    expect(call.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
    [shown] = [machine for machine in answer.value.json()["vms"] if machine["id"] == vm]
    assert shown.keys() == bob.vm(vm).keys(), "the answer for members"


def test_the_example_of_the_description_can_be_sent(window, bob):
    """The server understands the example. The machine in it does not exist here."""
    here = open_docs(window, bob)
    call = operation(here, "post", "/cancel")
    call.locator("button.opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    assert json.loads(call.locator("textarea").input_value())["vm_id"] == "server-01"
    with here.page.expect_response("**/cancel") as answer:
        call.get_by_role("button", name="Execute").click()
    assert answer.value.json()["code"] == "no_such_vm"


def test_a_link_leads_back_to_the_board(window, bob):
    here = open_docs(window, bob)
    with here.page.expect_response("**/me"):
        here.page.get_by_role("link", name="LoadZone", exact=True).click()
    expect(here.search).to_be_visible()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_it_follows_the_systems_colour_scheme(window, scheme, dark):
    here = open_docs(window, color_scheme=scheme)
    colour = here.style(".swagger-ui", "color")
    bright = sum(int(part) for part in colour.strip("rgb()").split(",")) > 380
    assert bright is dark, colour


def test_on_a_phone_the_page_does_not_scroll_sideways(window, bob):
    here = open_docs(window, bob, **PHONE)
    assert not here.scrolls_sideways()
    operation(here, "post", "/book").locator("button.opblock-summary-control").tap()
    expect(operation(here, "post", "/book")).to_contain_text("vm_taken")
    assert not here.scrolls_sideways()
