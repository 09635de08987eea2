"""axe-core finds nothing: on the board, on every dialog, by day and by night, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.queues import hold, join
from browser.window import faults
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

DIALOG = "dialog[open]"
IN_THE_PANEL = {  # what opens from a machine's panel: by the button, a machine that has it
    "act.book": "server-01",
    "act.renew": "server-02",
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
    """The starter inventory with machines in every state: free, mine, another's, both of these about to end, held for
    me and for another, out of service; with queues at machines and at a group, short and long."""
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


def faults_by_day_and_night(here, where: str = "html") -> list[str]:
    """All faults by day; what is different at night are the colours."""
    here.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = faults(here, where)
    here.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"at night: {fault}" for fault in faults(here, where, ("color-contrast",))]


def none(found: list[str]) -> bool:
    """Whether nothing was found; says what, one fault a line."""
    assert not found, "\n".join(found)
    return True


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_the_board(window, alice, language):
    here = window(alice, language=language)
    assert none(faults_by_day_and_night(here))
    for vm_id in "server-01", "build-03":
        here.card(vm_id).get_by_role("checkbox").click()
    expect(here.page.get_by_role("region", name=here.say("bulk.label"))).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.page.get_by_role("button", name=here.say("view.list")).click()
    assert none(faults_by_day_and_night(here))
    here.page.set_viewport_size({"width": 390, "height": 844})
    assert none(faults(here))
    here.search.fill("nothing of this name")
    expect(here.cards).to_have_count(0)
    assert none(faults(here))


def test_nothing_is_wrong_with_what_strangers_see(window):
    here = window()
    assert none(faults_by_day_and_night(here))
    here.sign_in_button.click()
    here.field("sign_in.email").fill("no address")
    here.button("sign_in.next").click()
    expect(here.dialog.get_by_role("alert")).to_be_visible()
    assert none(faults_by_day_and_night(here))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_the_dialogs_of_a_machine(window, alice, language):
    here = window(alice, language=language)
    found = []
    for vm_id in PANELS:
        here.open_machine(vm_id)
        found += faults_by_day_and_night(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    for key, vm_id in IN_THE_PANEL.items():
        here.choose(vm_id, key)
        found += faults_by_day_and_night(here, DIALOG) if language == "en" else faults(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    assert none(found)


def test_nothing_is_wrong_with_the_dialogs_of_the_board(window, alice):
    here = window(alice)
    found = []
    for key in "group.create", "vm.add", "group.add_vms", "group.delete", "any.book":
        here.page.get_by_role("button", name=here.say(key)).first.click()
        expect(here.dialog).to_be_visible()
        found += faults_by_day_and_night(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    here.section("Build farm").locator(".join-queue").click()
    found += faults_by_day_and_night(here, DIALOG)
    here.page.keyboard.press("Escape")
    for key in None, "history.title", "users.title", "tokens.title":
        here.open_account()
        if key:
            here.button(key).click()
            expect(here.dialog.get_by_role("listitem").first).to_be_visible()
        found += faults_by_day_and_night(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    assert none(found)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_what_is_done_with_several(window, alice, language):
    here = window(alice, language=language)
    found = []
    for kind, vm_ids in {
        "book": ["server-01", "gpu-01"],
        "renew": ["server-02", "server-04"],
        "release": ["server-04"],
        "move": [],
        "delete": ["build-03"],
    }.items():
        for vm_id in vm_ids:
            here.card(vm_id).get_by_role("checkbox").click()
        bar = here.page.get_by_role("region", name=here.say("bulk.label"))
        bar.get_by_role("button", name=here.say(f"bulk.{kind}"), exact=True).click()
        expect(here.dialog).to_be_visible()
        found += faults_by_day_and_night(here, DIALOG)
        here.page.keyboard.press("Escape")
        if kind != "release":
            here.page.keyboard.press("Escape")
    assert none(found)


def test_nothing_is_wrong_with_the_last_notifications(window, alice, bob):
    here = window(bob)
    bell = here.page.locator("#account .bell")
    done(alice.renew("stage-01", 0.1))
    expect(bell.locator("b")).to_have_text("1")
    found = faults_by_day_and_night(here)
    bell.click()
    expect(here.dialog.get_by_role("listitem")).to_have_count(1)
    found += faults_by_day_and_night(here, DIALOG)
    here.button("heard.clear").click()
    assert none(found + faults_by_day_and_night(here, DIALOG))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_with_making_a_token_and_revoking_it(window, alice, language):
    here = window(alice, language=language)
    here.choose_of_account("tokens.title")
    here.button("tokens.new").click()
    found = faults_by_day_and_night(here, DIALOG)
    here.field("tokens.name").fill(f"made in {language}")
    here.button("tokens.make").click()
    expect(here.button("tokens.kept")).to_be_visible()
    found += faults_by_day_and_night(here, DIALOG)
    here.button("tokens.kept").click()
    expect(here.no_dialog).to_have_count(1)
    here.dialog.get_by_role("button", name=f"{here.say('tokens.revoke')}: made in {language}").click()
    found += faults_by_day_and_night(here, DIALOG)
    here.send()
    assert none(found)


def test_nothing_is_wrong_where_a_queue_is_offered_instead(window, bob, carol):
    here = window(carol)
    here.press("book", "gpu-01")
    done(bob.book("gpu-01", 1))
    expect(here.button("queue.join")).to_be_visible()
    found = faults_by_day_and_night(here, DIALOG)
    here.page.keyboard.press("Escape")
    here.section("Production").locator(".book-any").click()
    here.field("any.count").fill("4")
    here.button("book.submit").click()
    expect(here.button("any.wait")).to_be_visible()
    found += faults_by_day_and_night(here, DIALOG)
    done(bob.cancel("gpu-01"))
    assert none(found)


def test_nothing_is_wrong_with_toasts_and_the_word_of_being_offline(window, bob):
    here = window(bob)
    here.may_be_cut = True
    here.press("book", "sandbox-01")
    here.send()
    here.own_booking("sandbox-01").get_by_role("button", name="Release").click()
    expect(here.toast("Undo")).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.context.set_offline(True)
    expect(here.offline).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.context.set_offline(False)


def test_with_forced_colours_what_is_chosen_still_differs(window, bob):
    here = window(bob, forced_colors="active")
    here.press("book", "sandbox-01")
    expect(here.dialog).to_be_visible()
    colour = "node => getComputedStyle(node).backgroundColor"
    for one, other in (
        (".chip[aria-pressed=true]", ".chip[aria-pressed=false]"),
        (".group-link[aria-current=true]", ".group-link:not([aria-current=true])"),
        (".quick-choices input:checked + span", ".quick-choices input:not(:checked) + span"),
    ):
        chosen, open_ = (here.page.locator(place).first.evaluate(colour) for place in (one, other))
        assert chosen != open_, one


def test_who_wants_little_motion_sees_none_in_a_change(window, bob, carol):
    here = window(bob)
    moving = """() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 0)
      .map((one) => one.effect.target.className)"""
    here.page.emulate_media(reduced_motion="reduce")
    done(carol.book("gpu-01", 1))
    expect(here.card("gpu-01")).to_have_class(re.compile("flash"))
    assert here.page.evaluate(moving) == []
    here.page.emulate_media(reduced_motion="no-preference")
    done(carol.cancel("gpu-01"))
    expect(here.card("gpu-01")).to_contain_text("Free")


def test_nothing_is_wrong_with_a_page_that_is_not_there(window):
    here = window(path=None)
    here.page.goto(here.server.url + "/nowhere")
    expect(here.page.get_by_role("heading")).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.page.get_by_role("link").last.click()
    expect(here.cards.first).to_be_visible()
