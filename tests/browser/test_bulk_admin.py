"""Several machines at once, by admins: moved, deleted, taken out of service and returned to it."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.selection import action_button, bar, calls_to, select
from support.answers import done
from support.people import WITH_JANITOR, cleared
from support.server import running

OBSTACLE = "[data-obstacle]"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running(tmp_path_factory.mktemp("bulk"), starter(), LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture
def server(served):
    return cleared(served)


def test_admins_move_and_delete_several(window, alice, bob, make_vm):
    trio = [make_vm(), make_vm(), make_vm()]
    done(bob.book(trio[1], 1))
    here = window(alice)
    select(here, *trio)
    action_button(here, "edit").click()
    here.field("fact.group").select_option(label="Staging")
    here.send()
    for vm_id in trio:
        expect(here.section("Staging").locator(here.card(vm_id))).to_be_visible()

    select(here, *trio)
    action_button(here, "delete").click()
    expect(here.dialog.locator(".send")).to_be_disabled()
    here.dialog.get_by_role("checkbox", name=re.compile("is booked")).check()
    here.send()
    for vm_id in trio:
        expect(here.card(vm_id)).to_have_count(0)
    expect(bar(here)).to_be_hidden()


def test_several_return_to_service_at_once_and_only_those_that_are_out_of_it(window, alice, bob, make_vm):
    trio = [make_vm(), make_vm(), make_vm()]
    done(bob.book(trio[1], 1))
    for vm_id in trio[:2]:
        done(alice.edit_vm(vm_id, maintenance=f"disk of {vm_id}"))
    here = window(alice)
    made = calls_to(here, "/edit-vm")
    select(here, *trio[:2])
    expect(action_button(here, "in_service")).to_be_visible()
    expect(action_button(here, "maintenance")).to_be_hidden()

    select(here, trio[2])
    action_button(here, "maintenance").click()
    expect(here.dialog.locator(".vm-names")).to_have_text(trio[2])
    here.field("maintenance.reason").fill("new kernel")
    here.send()
    assert [alice.vm(vm_id)["maintenance"] for vm_id in trio] == [
        f"disk of {trio[0]}",
        f"disk of {trio[1]}",
        "new kernel",
    ]

    select(here, *trio)
    action_button(here, "in_service").click()
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("bulk.in_service_title", n=3))
    done(alice.edit_vm(trio[0], maintenance=None))
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("bulk.in_service_title", n=2))
    here.send()
    expect(here.toast(here.text("maintenance.ended_several", n=2))).to_be_visible()
    assert [call["vm_ids"] for call in made] == [trio[2:], trio[1:]]
    assert [alice.vm(vm_id)["maintenance"] for vm_id in trio] == [None] * 3
    expect(here.card(trio[2])).to_contain_text(here.text("state.free"))
    select(here, *trio)
    expect(action_button(here, "in_service")).to_be_hidden()


def test_a_dialog_whose_machines_all_went_out_of_service_meanwhile_says_so(window, alice, make_vm):
    pair = [make_vm(), make_vm()]
    here = window(alice)
    select(here, *pair)
    action_button(here, "maintenance").click()
    here.dialog.locator(".send").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("maintenance.say_why_several"))
    for vm_id in pair:
        done(alice.edit_vm(vm_id, maintenance="disk swap"))
    expect(here.dialog.locator(OBSTACLE)).to_have_text(here.text("maintenance.already"))
    expect(here.dialog.locator(".send")).to_be_disabled()


def test_what_is_deleted_is_said_of_one_and_of_several(window, alice, make_vm):
    pair = [make_vm(), make_vm()]
    here = window(alice)
    select(here, *pair)
    action_button(here, "delete").click()
    expect(here.dialog).to_contain_text("They are removed from the board.")
    done(alice.delete_vm(pair[0]))
    expect(here.dialog).to_contain_text("It is removed from the board.")
