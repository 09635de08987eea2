"""A machine is renamed: in its dialog, and under the eyes of those who have it open."""

import re

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.answers import done


@pytest.fixture
def rename(alice):
    """Return a function that renames the machine as another admin does; it returns the new name."""

    def rename(vm):
        done(alice.edit_vm(vm, id=f"{vm}-new"))
        return f"{vm}-new"

    return rename


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_admin_renames_a_machine(window, alice, make_vm, language):
    vm = make_vm(description="PostgreSQL 17")
    here = window(alice, language=language)
    here.choose(vm, "act.edit-vm")
    name = here.field("vm.id")
    expect(name).to_have_value(vm)
    expect(here.dialog).to_contain_text(here.text("vm.rename_hint"))
    assert accessibility_violations(here, "dialog[open]") == []
    name.fill(f"{vm}-new")
    here.send()
    expect(here.toast(here.text("vm.renamed", was=vm, vm=f"{vm}-new"))).to_be_visible()
    expect(here.card(vm)).to_have_count(0)
    expect(here.card(f"{vm}-new").locator(".name")).to_be_focused()
    assert alice.vm(f"{vm}-new")["description"] == "PostgreSQL 17"
    here.open_machine(f"{vm}-new")
    expect(here.dialog).to_contain_text(f"{here.text('fact.former')}{vm}")


def test_a_name_that_another_machine_has_is_refused_at_its_field(window, alice, make_vm):
    vm, other = make_vm(), make_vm()
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    here.field("fact.description").fill("typed")
    here.field("vm.id").fill(other.upper())
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(f"already a machine “{other}”")
    expect(here.field("vm.id")).to_be_focused()
    expect(here.field("vm.id")).to_have_attribute("aria-invalid", "true")
    expect(here.field("fact.description")).to_have_value("typed")
    here.field("vm.id").fill("two words")
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("may contain only letters")
    here.field("vm.id").fill(f"{vm}-new")
    here.send()
    assert alice.vm(f"{vm}-new")["description"] == "typed"


def test_a_renamed_machine_is_found_by_its_former_name(window, bob, vm, rename):
    new = rename(vm)
    here = window(bob)
    here.search.fill(vm)
    expect(here.card(new)).to_be_visible()
    here.go(f"/?vm={vm.upper()}")
    expect(here.dialog.get_by_role("heading", name=new, exact=True)).to_be_visible()


def test_the_edit_of_somebody_else_goes_on(window, alice, vm, rename):
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    here.field("fact.description").fill("typed")
    new = rename(vm)
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("vm.edit_title", vm=new))
    expect(here.field("vm.id")).to_have_value(new)
    expect(here.dialog.get_by_role("status").first).to_contain_text(
        here.text("meanwhile.fields", fields=here.text("vm.id"))
    )
    here.send()
    assert alice.vm(new)["description"] == "typed"


def test_two_names_typed_at_once_are_both_shown(window, alice, vm, rename):
    here = window(alice)
    here.choose(vm, "act.edit-vm")
    here.field("vm.id").fill(f"{vm}-other")
    new = rename(vm)
    expect(here.field("vm.id")).to_have_value(f"{vm}-other")
    expect(here.dialog).to_contain_text(here.text("meanwhile.field", value=new))
    here.send()
    assert alice.vm(f"{vm}-other")["former_ids"] == [vm, new]


def test_a_booking_goes_on_with_what_was_typed(window, bob, vm, rename):
    here = window(bob)
    here.press("book", vm)
    here.field("book.what_for").fill("soak test")
    new = rename(vm)
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("book.title", vm=new))
    here.send()
    booked = bob.vm(new)
    assert (booked["booked_by"], booked["note"]) == ("bob@example.com", "soak test")


@pytest.mark.parametrize(("key", "title"), [("act.renew", "renew.title"), ("act.note", "note.title")])
def test_the_dialogs_of_a_booking_go_on(window, bob, vm, rename, key, title):
    done(bob.book(vm))
    here = window(bob)
    here.choose(vm, key)
    new = rename(vm)
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text(title, vm=new))
    if key == "act.note":
        here.field("fact.note").fill("soak test")
    before = bob.vm(new)
    here.send()
    after = bob.vm(new)
    assert after["expires_at"] > before["expires_at"] if key == "act.renew" else after["note"] == "soak test"


def test_handing_over_goes_on(window, bob, carol, vm, rename):
    done(bob.book(vm))
    here = window(bob)
    here.choose(vm, "act.hand-over")
    here.field("hand_over.to").fill("carol@example.com")
    new = rename(vm)
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("hand_over.title", vm=new))
    here.send()
    assert bob.vm(new)["booked_by"] == "carol@example.com"


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("act.release", "force.title"),
        ("act.out-of-service", "maintenance.title"),
        ("act.delete-vm", "vm.delete_title"),
    ],
)
def test_the_dialogs_of_an_admin_go_on(window, alice, bob, vm, rename, key, title):
    done(bob.book(vm))
    here = window(alice)
    here.choose(vm, key)
    if key == "act.delete-vm":
        here.dialog.get_by_role("checkbox").check()
    else:
        here.dialog.get_by_role("textbox").fill("fan")
    new = rename(vm)
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text(title, vm=new))
    here.send()
    after = alice.vm(new)
    if key == "act.delete-vm":
        assert after is None
    else:
        assert (after["maintenance"], after["booked_by"]) in [("fan", "bob@example.com"), (None, None)]


def test_the_holder_is_told_and_old_notifications_open_the_machine(window, alice, bob, vm, rename):
    done(bob.book(vm, note="soak test"))
    here = window(bob)
    done(alice.edit_vm(vm, description="more disk"))
    expect(here.toast(f"alice@example.com edited {vm}")).to_be_visible()
    new = rename(vm)
    expect(here.toast(f"alice@example.com renamed {vm} to {new}")).to_be_visible()
    here.page.locator("#account .bell").click()
    told = here.dialog.get_by_role("listitem")
    expect(told.first).to_contain_text(f"renamed {vm} to {new}")
    told.filter(has_text=f"edited {vm}").get_by_role("button").click()
    expect(here.dialog.get_by_role("heading", name=new, exact=True)).to_be_visible()
    expect(here.own_booking(new)).to_contain_text("soak test")


def test_waiting_goes_on(window, bob, carol, vm, rename):
    done(bob.book(vm))
    here = window(carol)
    here.press("queue", vm)
    new = rename(vm)
    expect(here.dialog.get_by_role("heading").first).to_have_text(here.text("queue.title", where=new))
    here.send()
    assert carol.queue(new) == ["carol@example.com"]


def test_the_panel_of_a_machine_goes_on(window, bob, vm, rename):
    here = window(bob)
    here.open_machine(vm)
    new = rename(vm)
    expect(here.dialog.get_by_role("heading", name=new, exact=True)).to_be_visible()
    here.button("act.book").click()
    here.send()
    assert bob.vm(new)["booked_by"] == "bob@example.com"


def test_a_selected_machine_stays_selected_and_in_the_dialog_for_several(window, bob, make_vm, rename):
    vms = [make_vm(), make_vm()]
    here = window(bob)
    for vm in vms:
        here.card(vm).locator(".select-box").click()
    new = rename(vms[0])
    expect(here.card(new).locator(".select-box")).to_be_checked()
    here.page.locator("[data-bulk-action=book]").click()
    newer = rename(new)
    expect(here.dialog.locator("[data-vm-names]")).to_contain_text(newer)
    here.send()
    assert [bob.vm(vm)["booked_by"] for vm in (newer, vms[1])] == ["bob@example.com"] * 2


def test_several_bookings_are_renewed_if_one_machine_was_renamed(window, bob, make_vm, rename):
    vms = [make_vm(), make_vm()]
    for vm in vms:
        done(bob.book(vm))
    here = window(bob)
    for vm in vms:
        here.card(vm).locator(".select-box").click()
    here.page.locator("[data-bulk-action=renew]").click()
    before = bob.vm(vms[0])["expires_at"]
    new = rename(vms[0])
    expect(here.dialog.locator("[data-vm-names]")).to_contain_text(new)
    here.send()
    assert bob.vm(new)["expires_at"] > before


def test_a_machine_chosen_for_a_group_stays_chosen(window, alice, vm, rename):
    here = window(alice)
    here.page.locator("#groups [data-action=create-group]").first.click()
    here.field("group.name").fill(f"Group of {vm}")
    box = here.dialog.locator(".vm-picker label").filter(has_text=re.compile(f"^{re.escape(vm)}\\s")).locator("input")
    box.check()
    new = rename(vm)
    expect(here.dialog.locator(f".vm-picker input[value='{new}']")).to_be_checked()
    here.send()
    assert next(group["vm_ids"] for group in alice.groups() if group["name"] == f"Group of {vm}") == [new]


def test_a_narrow_page_with_long_names(window, alice, make_vm):
    vm = make_vm()
    long = f"{vm}-{'w' * 40}"
    here = window(alice)
    here.page.set_viewport_size({"width": 320, "height": 640})
    here.choose(vm, "act.edit-vm")
    here.field("vm.id").fill(long)
    here.send()
    done(alice.edit_vm(long, id=f"{vm}-{'v' * 40}"))
    here.card(f"{vm}-{'v' * 40}").locator(".name").press("Enter")  # the message about the new name may lie over it
    expect(here.dialog).to_be_visible()
    assert not here.scrolls_sideways()
    here.button("act.edit-vm").click()
    assert not here.scrolls_sideways()
    assert accessibility_violations(here, "dialog[open]") == []
