"""axe-core finds nothing: on the board, on every dialog, by day and by night, in both languages."""

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.window import faults
from support.answers import done
from support.people import Person
from support.server import ADMIN, running

DIALOG = "dialog[open]"
IN_THE_PANEL = {  # what opens from a machine's panel: by the button, a machine that has it
    "act.book": "server-01",
    "act.renew": "server-02",
    "act.release": "server-04",
    "act.edit-vm": "server-01",
    "act.delete-vm": "server-04",
    "act.take-out": "server-01",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The starter inventory with machines in every state: free, mine, another's, and both of these about to end."""
    with running(tmp_path_factory.mktemp("axe"), starter()) as server:
        alice, bob = Person(server, ADMIN).sign_in(), Person(server, "bob@example.com").sign_in()
        done(alice.book("server-02", 5, note="release 4.2 soak"))
        done(alice.book("server-03", 0.3))
        done(bob.book("server-04", 5))
        done(bob.book("stage-01", 0.3))
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
    here.page.get_by_role("button", name=here.say("view.list")).click()
    assert none(faults(here))
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
    here.open_machine("server-02")
    found = faults_by_day_and_night(here, DIALOG)
    here.page.keyboard.press("Escape")
    for key, vm_id in IN_THE_PANEL.items():
        here.choose(vm_id, key)
        found += faults_by_day_and_night(here, DIALOG) if language == "en" else faults(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    assert none(found)


def test_nothing_is_wrong_with_the_dialogs_of_the_board(window, alice):
    here = window(alice)
    found = []
    for key in "group.create", "vm.add", "group.add_vms", "group.delete":
        here.page.get_by_role("button", name=here.say(key)).first.click()
        expect(here.dialog).to_be_visible()
        found += faults_by_day_and_night(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    for key in None, "history.title", "users.title":
        here.open_account()
        if key:
            here.button(key).click()
            expect(here.dialog.get_by_role("listitem").first).to_be_visible()
        found += faults_by_day_and_night(here, DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.no_dialog).to_have_count(0)
    assert none(found)


def test_nothing_is_wrong_with_toasts_and_the_word_of_being_offline(window, bob):
    here = window(bob)
    here.may_be_cut = True
    here.press("book", "sandbox-01")
    here.send()
    here.held("sandbox-01").get_by_role("button", name="Release").click()
    expect(here.toast("Undo")).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.context.set_offline(True)
    expect(here.offline).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.context.set_offline(False)


def test_nothing_is_wrong_with_a_page_that_is_not_there(window):
    here = window(path=None)
    here.page.goto(here.server.url + "/nowhere")
    expect(here.page.get_by_role("heading")).to_be_visible()
    assert none(faults_by_day_and_night(here))
    here.page.get_by_role("link").last.click()
    expect(here.cards.first).to_be_visible()
