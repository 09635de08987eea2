"""Two people edit the same thing: nothing is overwritten by somebody who has not seen it, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import Route, expect

from browser.window import accessibility_violations
from support.answers import done


@pytest.mark.parametrize("language", ["en", "ru"])
def test_tags_saved_in_two_tabs_are_both_there(window, alice, make_vm, language):
    vm = make_vm(description="old")
    here = window(alice, language=language)
    other = here.another_tab()
    for tab in here, other:
        tab.choose(vm, "act.edit-vm")
    other.field("fact.tags").fill("b")
    here.field("fact.tags").fill("a")
    here.field("fact.description").fill("new")
    here.send()

    expect(other.dialog.get_by_role("status").first).to_contain_text(
        other.text("meanwhile.fields", fields=f"{other.text('fact.description')}, {other.text('fact.tags')}")
    )
    expect(other.field("fact.description")).to_have_value("new")
    expect(other.field("fact.tags")).to_have_value("b")
    expect(other.field("fact.tags")).to_have_accessible_description(other.text("meanwhile.tags", value="a"))
    assert accessibility_violations(other, "dialog[open]") == []
    other.page.set_viewport_size({"width": 320, "height": 640})
    assert not other.scrolls_sideways()
    assert accessibility_violations(other, "dialog[open]") == []
    other.send()
    saved = alice.vm(vm)
    assert (saved["tags"], saved["description"]) == (["a", "b"], "new")


def test_what_others_saved_can_be_taken_or_overwritten_knowingly(window, alice, make_vm):
    vm = make_vm(description="old", external_ip="192.0.2.1")
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    here.field("fact.description").fill("mine")
    here.field("fact.external_ip").fill("192.0.2.2")
    done(alice.edit_vm(vm, description="theirs", external_ip="192.0.2.3"))
    expect(here.dialog).to_contain_text(here.text("meanwhile.field", value="theirs"))
    expect(here.field("fact.description")).to_have_value("mine")
    here.dialog.get_by_role(
        "button", name=f"{here.text('meanwhile.use')}: {here.text('fact.external_ip')}", exact=True
    ).click()
    expect(here.field("fact.external_ip")).to_have_value("192.0.2.3")
    expect(here.field("fact.external_ip")).to_be_focused()
    here.send()
    saved = alice.vm(vm)
    assert (saved["description"], saved["external_ip"]) == ("mine", "192.0.2.3")


def test_an_edit_that_arrives_too_late_is_refused_and_shown_what_came_first(window, alice, make_vm):
    """The other edit is saved while the call is on its way: the page could not know of it."""
    vm = make_vm()
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    here.field("fact.tags").fill("b")

    def saved_first(route: Route) -> None:
        done(alice.edit_vm(vm, tags=["a"], description="first"))
        route.continue_()

    here.page.route("**/edit-vm", saved_first, times=1)
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(f"{vm} was changed in the meantime")
    expect(here.field("fact.description")).to_have_value("first")
    expect(here.field("fact.tags")).to_have_value("b")
    here.send()
    assert alice.vm(vm)["tags"] == ["a", "b"]
    assert alice.vm(vm)["description"] == "first"


def test_a_machine_moved_into_a_new_group_meanwhile_shows_it(window, alice, make_vm):
    vm = make_vm()
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    group = done(alice.make_group(f"Made for {vm}", [vm]), 201)
    expect(here.field("fact.group")).to_have_value(str(group["id"]))
    here.field("fact.description").fill("x")
    here.send()
    assert alice.vm(vm)["group"] == group["id"]


def test_a_reason_given_meanwhile_is_shown_before_it_is_replaced(window, alice, vm):
    here = window(alice)
    here.choose(vm, "act.out-of-service")
    here.field("maintenance.reason").fill("mine")
    done(alice.edit_vm(vm, maintenance="disk swap"))
    expect(here.dialog.get_by_role("status").first).to_contain_text("disk swap")
    expect(here.field("maintenance.reason")).to_have_value("mine")
    here.send()
    assert alice.vm(vm)["maintenance"] == "mine"


def test_a_click_does_not_end_another_reason_than_the_one_seen(window, alice, vm):
    done(alice.edit_vm(vm, maintenance="disk swap"))
    here = window(alice)
    here.open_machine(vm)

    def worse(route: Route) -> None:
        done(alice.edit_vm(vm, maintenance="it burns"))
        route.continue_()

    here.page.route("**/edit-vm", worse, times=1)
    here.button("act.back-in-service").click()
    expect(here.toast(f"{vm} was changed in the meantime")).to_be_visible()
    assert alice.vm(vm)["maintenance"] == "it burns"


def test_a_deletion_shows_what_was_written_meanwhile(window, alice, vm):
    here = window(alice)
    here.choose(vm, "act.delete-vm")
    done(alice.edit_vm(vm, description="keep this one"))
    expect(here.dialog.get_by_role("status").first).to_contain_text("keep this one")
    here.send()
    assert alice.vm(vm) is None


# Groups


def test_a_name_typed_for_a_group_stays_beside_that_of_another_admin(window, alice, make_vm):
    group = done(alice.make_group(f"First of {make_vm()}"), 201)
    here = window(alice)
    rename = here.section(group["name"]).get_by_role("button", name=here.text("group.edit"))
    rename.click()
    done(alice.edit_group(group["id"], name=f"{group['name']} again"))
    expect(here.field("group.name")).to_have_value(f"{group['name']} again")
    here.field("group.name").fill(f"{group['name']} mine")
    done(alice.edit_group(group["id"], name=f"{group['name']} theirs"))
    expect(here.dialog.get_by_role("status").first).to_contain_text("theirs")
    expect(here.field("group.name")).to_have_value(f"{group['name']} mine")
    here.send()
    assert alice.group(group["id"])["name"] == f"{group['name']} mine"


def test_the_choice_of_machines_follows_where_they_are(window, alice, make_vm, make_group):
    vm, gone = make_vm(), make_vm()
    name = alice.group(make_group())["name"]
    here = window(alice)
    here.section(name).get_by_role("button", name=here.text("group.add_vms")).click()
    here.dialog.get_by_role("checkbox", name=re.compile(f"^{vm}$")).check()
    elsewhere = done(alice.make_group(f"Elsewhere of {vm}", [vm]), 201)
    done(alice.delete_vm(gone))
    moved = here.dialog.get_by_role("checkbox", name=f"{vm} {elsewhere['name']}")
    expect(moved).to_be_checked()
    expect(here.dialog.get_by_text(gone, exact=True)).to_have_count(0)

    def moved_first(route: Route) -> None:
        done(alice.edit_vm(vm, group_id=None))
        route.continue_()

    here.page.route("**/add-existing-vms", moved_first, times=1)
    here.button("group.add_submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(f"{vm} was changed in the meantime")
    here.send()
    assert vm in alice.group(alice.vm(vm)["group"])["vm_ids"]


# Several machines


def test_a_selected_machine_that_was_edited_is_named(window, alice, make_vm, make_group):
    vms = [make_vm(), make_vm()]
    group = alice.group(make_group())
    here = window(alice)
    for vm in vms:
        here.card(vm).get_by_role("checkbox").click()
    here.page.get_by_role("region", name=here.text("bulk.label")).get_by_role(
        "button", name=here.text("bulk.edit")
    ).click()
    here.field("fact.group").select_option(group["name"])
    done(alice.edit_vm(vms[1], description="not this one"))
    expect(here.dialog.get_by_role("status").first).to_contain_text(f"{vms[1]}: ")
    expect(here.dialog.get_by_role("status").first).to_contain_text("not this one")
    here.send()
    assert alice.group(group["id"])["vm_ids"] == vms


# Preferences


def test_two_tabs_show_the_theme_and_the_view_that_were_chosen_last(window, bob):
    here = window(bob)
    other = here.another_tab()
    here.page.get_by_role("button", name=here.text("view.list")).click()
    expect(other.page.get_by_role("button", name=other.text("view.cards"))).to_be_visible()
    expect(other.page.locator("html")).to_have_attribute("data-view", "list")
    other.open_account()
    here.open_account()
    here.dialog.get_by_role("button", name=here.text("theme.dark"), exact=True).click()
    expect(other.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(other.dialog.get_by_role("button", name=other.text("theme.dark"), exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
