"""axe-core finds no violation: on the board and in every dialog, light and dark, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.queues import hold, join
from browser.window import accessibility_violations
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

DIALOG = "dialog[open]"
PANEL_DIALOGS = {  # the dialogs that a machine's panel opens: by button, a machine with that button
    "act.book": "server-01",
    "act.renew": "server-02",
    "act.note": "server-02",
    "act.release": "server-04",
    "act.take": "stage-02",
    "queue.join": "server-04",
    "queue.change": "stage-01",
    "act.edit-vm": "build-01",
    "act.delete-vm": "server-04",
    "act.take-out": "server-01",
    "act.out-of-service": "server-01",
}
PANELS = "server-02", "server-04", "stage-01", "stage-02", "build-01", "build-02"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run a server with machines in every state, and with short and long queues at machines and at a group.

    The states: free, booked by alice or bob, about to end, held for alice or bob, out of service.
    """
    with running(tmp_path_factory.mktemp("axe"), starter()) as server:
        alice, bob = Person(server, ADMIN).sign_in(), Person(server, "bob@example.com").sign_in()
        done(alice.book("server-02", 5, note="release 4.2 soak"))
        done(alice.book("server-03", 0.3))
        done(bob.book("server-04", 5))
        done(bob.book("stage-01", 0.3))
        done(alice.edit_vm("build-01", maintenance="disk swap"))
        hold("stage-02", for_=alice, by=bob)
        hold("build-02", for_=bob, by=alice)
        join(alice, vm_id="stage-01", auto=True)
        for _ in range(6):
            join(Person(server).sign_in(), vm_id="server-04")
        for person in bob, alice:
            join(person, group_id=3, count=3)
        done(alice.post("/tokens", {"name": "nightly", "days": 30}), 201)
        yield server


def violations_in_both_themes(here, where: str = "html") -> list[str]:
    """Return all violations in the light theme and those of contrast in the dark one, since only colours differ."""
    here.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = accessibility_violations(here, where)
    here.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = accessibility_violations(here, where, ("color-contrast",))
    return found + [f"dark: {violation}" for violation in dark]


def no_violations(found: list[str]) -> bool:
    """Fail with one violation a line, if any was found."""
    assert not found, "\n".join(found)
    return True


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_the_board(window, alice, language):
    here = window(alice, language=language)
    assert no_violations(violations_in_both_themes(here))
    for vm_id in "server-01", "build-03":
        here.card(vm_id).get_by_role("checkbox").click()
    expect(here.page.get_by_role("region", name=here.text("bulk.label"))).to_be_visible()
    assert no_violations(violations_in_both_themes(here))
    here.page.get_by_role("button", name=here.text("view.list")).click()
    assert no_violations(violations_in_both_themes(here))
    here.page.set_viewport_size({"width": 390, "height": 844})
    assert no_violations(accessibility_violations(here))
    here.search.fill("nothing of this name")
    expect(here.cards).to_have_count(0)
    assert no_violations(accessibility_violations(here))


def test_nothing_is_wrong_with_what_strangers_see(window):
    here = window()
    assert no_violations(violations_in_both_themes(here))
    here.sign_in_button.click()
    here.field("sign_in.email").fill("no address")
    here.button("sign_in.next").click()
    expect(here.dialog.get_by_role("alert")).to_be_visible()
    assert no_violations(violations_in_both_themes(here))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_the_dialogs_of_a_machine(window, alice, language):
    here = window(alice, language=language)
    found = []
    for vm_id in PANELS:
        here.open_machine(vm_id)
        found += violations_in_both_themes(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    for key, vm_id in PANEL_DIALOGS.items():
        here.choose(vm_id, key)
        found += violations_in_both_themes(here, DIALOG) if language == "en" else accessibility_violations(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    assert no_violations(found)


def test_nothing_is_wrong_with_the_dialogs_of_the_board(window, alice):
    here = window(alice)
    found = []
    for key in "group.create", "vm.add", "group.add_vms", "group.edit", "group.delete", "any.book":
        here.page.get_by_role("button", name=here.text(key)).first.click()
        expect(here.dialog).to_be_visible()
        found += violations_in_both_themes(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    here.section("Build farm").locator(".join-queue").click()
    found += violations_in_both_themes(here, DIALOG)
    here.page.keyboard.press("Escape")
    for key in None, "users.title", "tokens.title":
        here.open_account()
        if key:
            here.button(key).click()
            expect(here.dialog.get_by_role("listitem").first).to_be_visible()
        found += violations_in_both_themes(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    assert no_violations(found)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_the_dialogs_for_several_machines(window, alice, language):
    here = window(alice, language=language)
    found = []
    for kind, vm_ids in {
        "book": ["server-01", "gpu-01"],
        "renew": ["server-02", "server-04"],
        "release": ["server-04"],
        "edit": [],
        "delete": ["build-03"],
    }.items():
        for vm_id in vm_ids:
            here.card(vm_id).get_by_role("checkbox").click()
        bar = here.page.get_by_role("region", name=here.text("bulk.label"))
        bar.get_by_role("button", name=here.text(f"bulk.{kind}"), exact=True).click()
        expect(here.dialog).to_be_visible()
        found += violations_in_both_themes(here, DIALOG)
        here.page.keyboard.press("Escape")
        if kind != "release":
            here.page.keyboard.press("Escape")
    assert no_violations(found)


def test_nothing_is_wrong_with_the_notifications_panel(window, alice, bob):
    here = window(bob)
    bell = here.page.locator("#account .bell")
    done(alice.renew("stage-01", 0.1))
    expect(bell.locator("b")).to_have_text("1")
    found = violations_in_both_themes(here)
    bell.click()
    expect(here.dialog.get_by_role("listitem")).to_have_count(1)
    found += violations_in_both_themes(here, DIALOG)
    here.button("heard.clear").click()
    assert no_violations(found + violations_in_both_themes(here, DIALOG))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_the_dialogs_of_tokens(window, alice, language):
    here = window(alice, language=language)
    here.choose_in_account("tokens.title")
    here.button("tokens.new").click()
    found = violations_in_both_themes(here, DIALOG)
    here.field("tokens.name").fill(f"made in {language}")
    here.button("tokens.make").click()
    expect(here.button("tokens.kept")).to_be_visible()
    found += violations_in_both_themes(here, DIALOG)
    here.button("tokens.kept").click()
    expect(here.dialogs).to_have_count(1)
    here.dialog.get_by_role("button", name=f"{here.text('tokens.revoke')}: made in {language}").click()
    found += violations_in_both_themes(here, DIALOG)
    here.send()
    assert no_violations(found)


def test_nothing_is_wrong_where_a_queue_is_offered_instead(window, bob, carol):
    here = window(carol)
    here.press("book", "gpu-01")
    done(bob.book("gpu-01", 1))
    expect(here.button("queue.join")).to_be_visible()
    found = violations_in_both_themes(here, DIALOG)
    here.page.keyboard.press("Escape")
    here.section("Production").locator(".book-any").click()
    here.field("any.count").fill("4")
    here.button("book.submit").click()
    expect(here.button("any.wait")).to_be_visible()
    found += violations_in_both_themes(here, DIALOG)
    done(bob.cancel("gpu-01"))
    assert no_violations(found)


def test_nothing_is_wrong_with_toasts_and_the_offline_banner(window, bob):
    here = window(bob)
    here.may_lose_connection = True
    here.press("book", "sandbox-01")
    here.send()
    here.own_booking("sandbox-01").get_by_role("button", name="Release").click()
    expect(here.toast("Undo")).to_be_visible()
    assert no_violations(violations_in_both_themes(here))
    here.context.set_offline(True)
    expect(here.offline_banner).to_be_visible()
    assert no_violations(violations_in_both_themes(here))
    here.context.set_offline(False)


def test_with_forced_colours_the_selected_option_still_differs(window, bob):
    here = window(bob, forced_colors="active")
    here.press("book", "sandbox-01")
    expect(here.dialog).to_be_visible()
    colour = "node => getComputedStyle(node).backgroundColor"
    for one, other in (
        (".chip[aria-pressed=true]", ".chip[aria-pressed=false]"),
        (".group-link[aria-current=true]", ".group-link:not([aria-current=true])"),
        (".quick-choices input:checked + span", ".quick-choices input:not(:checked) + span"),
    ):
        selected, unselected = (here.page.locator(place).first.evaluate(colour) for place in (one, other))
        assert selected != unselected, one


def test_with_reduced_motion_a_change_is_not_animated(window, bob, carol):
    here = window(bob)
    animated = """() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 0)
      .map((one) => one.effect.target.className)"""
    here.page.emulate_media(reduced_motion="reduce")
    done(carol.book("gpu-01", 1))
    expect(here.card("gpu-01")).to_have_class(re.compile("flash"))
    assert here.page.evaluate(animated) == []
    here.page.emulate_media(reduced_motion="no-preference")
    done(carol.cancel("gpu-01"))
    expect(here.card("gpu-01")).to_contain_text("Free")


def test_nothing_is_wrong_with_the_not_found_page(window):
    here = window(path=None)
    here.page.goto(here.server.url + "/nowhere")
    expect(here.page.get_by_role("heading")).to_be_visible()
    assert no_violations(violations_in_both_themes(here))
    here.page.get_by_role("link").last.click()
    expect(here.cards.first).to_be_visible()
