"""Names, notes and descriptions are shown as text and never interpreted as markup."""

import pytest
from playwright.sync_api import expect

from browser.machines import machine
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

IMAGE = "<img src=x onerror=window.hit=1>"
SCRIPT = '"><script>window.hit=1</script>'
BREAKOUT = "'\"--></title></script><b onclick=window.hit=1>&lt;bold&amp;</b>"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start with an older file, whose machine and groups have names that the rules no longer allow."""
    wild = machine(IMAGE, 1, external_ip="10.0.0.1", internal_ip="", description=SCRIPT, tags=[IMAGE, SCRIPT])
    groups = [{"id": 1, "name": SCRIPT, "vm_ids": [IMAGE]}, {"id": 2, "name": BREAKOUT, "vm_ids": []}]
    folder = tmp_path_factory.mktemp("wild")
    with running(folder, {"vms": [wild, machine("tame")], "groups": groups, "users": {}}) as server:
        done(Person(server, ADMIN).sign_in().book(IMAGE, 2, note=BREAKOUT))
        yield server


def has_no_injected_markup(here) -> bool:
    injected = "document.querySelector('img[src=x], [onerror], [onclick], body b[onclick]')"
    return here.page.evaluate(f"window.hit === undefined && {injected} === null")


def test_on_the_board_names_and_notes_are_text(window, alice):
    here = window(alice)
    expect(here.card(IMAGE).locator(".name")).to_have_text(IMAGE)
    assert SCRIPT in here.card(IMAGE).locator(".name").get_attribute("title")
    expect(here.section(SCRIPT).get_by_role("heading")).to_contain_text(SCRIPT)
    expect(here.page.get_by_role("navigation").get_by_text(BREAKOUT)).to_be_visible()
    expect(here.own_booking(IMAGE)).to_contain_text(BREAKOUT)
    assert IMAGE in here.page.title() or here.page.title() == "LoadZone"
    here.search.fill(SCRIPT)
    expect(here.cards).to_have_count(1)
    here.go("/?q=" + "%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E")
    expect(here.search).to_have_value(IMAGE)
    assert has_no_injected_markup(here)


def test_in_every_dialog_names_and_notes_are_text(window, alice):
    here = window(alice)
    here.open_machine(IMAGE)
    for text in BREAKOUT, SCRIPT, IMAGE:
        expect(here.dialog).to_contain_text(text)
    here.button("act.renew").click()
    expect(here.dialog.get_by_role("heading")).to_contain_text(IMAGE)
    here.page.keyboard.press("Escape")
    for key in "act.edit-vm", "act.delete-vm", "act.take-out":
        here.choose(IMAGE, key)
        expect(here.dialog.get_by_role("heading")).to_contain_text(IMAGE)
        if key == "act.edit-vm":
            expect(here.field("fact.description")).to_have_value(SCRIPT)
            expect(here.dialog.get_by_role("option", name=BREAKOUT)).to_have_count(1)
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    here.page.get_by_role("button", name=here.text("group.create")).click()
    expect(here.dialog.get_by_role("checkbox", name=IMAGE)).to_have_value(IMAGE)
    here.page.keyboard.press("Escape")
    here.section(SCRIPT).get_by_role("button", name=here.text("group.delete")).click()
    expect(here.dialog).to_contain_text(SCRIPT)
    here.page.keyboard.press("Escape")
    here.open_account()
    here.dialog.get_by_role("link", name=here.text("history.mine")).click()
    expect(here.page.locator("#view").get_by_role("listitem").filter(has_text=IMAGE).first).to_be_visible()
    assert has_no_injected_markup(here)


def test_in_toasts_names_and_reasons_are_text(window, alice, bob):
    here, bobs = window(alice), window(bob)
    done(bob.book("tame", note=IMAGE))
    done(alice.cancel("tame", reason=SCRIPT))
    expect(bobs.toast(SCRIPT)).to_be_visible()
    done(alice.make_group(IMAGE, ["tame"]), 201)
    expect(bobs.toast(IMAGE)).to_be_visible()
    expect(bobs.section(IMAGE).locator(bobs.card("tame"))).to_be_visible()
    here.own_booking(IMAGE).get_by_role("button", name="Release").click()
    expect(here.toast(f"{IMAGE} is free again")).to_be_visible()
    expect(bobs.toast(f"released {IMAGE}")).to_be_visible()
    done(alice.book(IMAGE, 2, note=BREAKOUT))
    assert has_no_injected_markup(here)
    assert has_no_injected_markup(bobs)
