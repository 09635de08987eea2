"""Admins manage machines, groups, other people's bookings and people, each step in a dialog of the page."""

import itertools

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.people import Person

_groups = (f"Team {number}" for number in itertools.count(1))


@pytest.fixture
def team(alice, make_vm):
    """Return the name of a new group, and three new machines: two in the group and one outside."""
    name, vms = next(_groups), [make_vm(), make_vm(), make_vm()]
    done(alice.make_group(name, vms[:2]), 201)
    return name, vms


def test_a_machine_is_added_with_all_its_fields(window, alice, team):
    name, _ = team
    here = window(alice)
    here.page.get_by_role("button", name=here.text("vm.add")).first.click()
    here.field("vm.id").fill(f"machine-of-{name.split()[1]}")
    here.field("fact.group").select_option(name)
    here.field("fact.external_ip").fill("10.9.8.7")
    here.field("fact.internal_ip").fill("db.internal")
    here.field("fact.ssh_user").fill("ubuntu")
    here.field("fact.ssh_port").fill("2222")
    here.field("fact.description").fill("PostgreSQL 17")
    here.field("fact.tags").fill("debian, postgresql")
    here.send()
    card = here.card(f"machine-of-{name.split()[1]}")
    expect(here.section(name).locator(card)).to_contain_text("10.9.8.7")
    added = alice.vm(f"machine-of-{name.split()[1]}")
    assert (added["internal_ip"], added["description"]) == ("db.internal", "PostgreSQL 17")
    assert added["tags"] == ["debian", "postgresql"]
    assert (added["ssh_user"], added["ssh_port"]) == ("ubuntu", 2222)


def test_machines_are_added_one_after_the_other(window, alice, team):
    """The next name is proposed, past those that are taken; what machines share stays in the form."""
    name, _ = team
    stem = f"row-of-{name.split()[1]}"
    done(alice.add_vm(f"{stem}-10"), 201)
    here = window(alice)
    here.page.locator("#groups [data-action=add-vm]").first.click()
    here.field("vm.id").fill(f"{stem}-09")
    here.field("fact.group").select_option(name)
    here.field("fact.external_ip").fill("10.9.8.7")
    here.field("fact.tags").fill("debian")
    here.field("vm.id").focus()
    expect(here.field("vm.add_another")).to_be_in_viewport(ratio=1)  # however long the form is
    here.field("vm.add_another").check()
    here.button("vm.add_submit").click()
    expect(here.field("vm.id")).to_have_value(f"{stem}-11")
    expect(here.field("vm.id")).to_be_focused()
    expect(here.field("fact.external_ip")).to_have_value("")
    here.page.keyboard.press("Enter")
    expect(here.field("vm.id")).to_have_value(f"{stem}-12")
    here.page.keyboard.type("named-by-hand")
    here.field("vm.add_another").uncheck()
    here.button("vm.add_submit").click()
    expect(here.dialogs).to_have_count(0)
    section = here.section(name)
    for vm_id in f"{stem}-09", f"{stem}-11", "named-by-hand":
        expect(section.locator(here.card(vm_id))).to_have_count(1)
    assert alice.vm(f"{stem}-11")["tags"] == ["debian"]


def test_an_existing_name_is_refused_and_the_input_stays(window, alice, vm):
    here = window(alice)
    here.page.get_by_role("button", name=here.text("vm.add")).first.click()
    here.field("vm.id").fill(vm)
    here.field("fact.description").fill("another one")
    here.button("vm.add_submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(f"already a machine “{vm}”")
    expect(here.field("fact.description")).to_have_value("another one")


def test_editing_leaves_other_fields_as_they_are(window, alice, make_vm):
    vm_id = make_vm(description="old", external_ip="10.0.0.1", tags=["a"])
    here = window(alice)
    here.choose(vm_id, "act.edit-vm")
    here.field("fact.description").fill("new")
    done(alice.edit_vm(vm_id, external_ip="10.0.0.2"))
    here.send()
    expect(here.card(vm_id)).to_contain_text("10.0.0.2")
    edited = alice.vm(vm_id)
    assert (edited["description"], edited["external_ip"], edited["tags"]) == ("new", "10.0.0.2", ["a"])


def test_a_free_machine_is_deleted_after_one_confirmation(window, alice, vm):
    here = window(alice)
    here.choose(vm, "act.delete-vm")
    here.send()
    expect(here.card(vm)).to_have_count(0)
    assert alice.vm(vm) is None


def test_deleting_a_booked_machine_needs_an_extra_checkbox(window, alice, bob, vm):
    done(bob.book(vm, 2))
    here = window(alice)
    here.choose(vm, "act.delete-vm")
    expect(here.dialog).to_contain_text(bob.email)
    if here.button("act.delete").is_enabled():
        here.button("act.delete").click()
        expect(here.dialog.get_by_role("alert")).to_contain_text(bob.email)
    assert alice.vm(vm)
    here.dialog.get_by_role("checkbox").check()
    here.send()
    expect(here.card(vm)).to_have_count(0)
    assert alice.vm(vm) is None


def test_a_group_is_created_from_chosen_machines(window, alice, make_vm):
    inside, outside = make_vm(), make_vm()
    name = next(_groups)
    here = window(alice)
    here.page.get_by_role("button", name=here.text("group.create")).click()
    here.field("group.name").fill(name)
    here.dialog.get_by_role("checkbox", name=inside).check()
    here.send()
    expect(here.section(name).locator(here.card(inside))).to_be_visible()
    expect(here.section(name).locator(here.card(outside))).to_have_count(0)


def test_a_group_needs_a_new_name(window, alice, team):
    name, _ = team
    here = window(alice)
    here.page.get_by_role("button", name=here.text("group.create")).click()
    here.button("group.create_submit").click()
    expect(here.dialog.get_by_role("alert")).to_have_text("“Name” must not be empty.")
    here.field("group.name").fill(name.upper())
    here.button("group.create_submit").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("already a group")
    expect(here.field("group.name")).to_have_value(name.upper())


def test_machines_are_added_to_a_group_and_taken_out(window, alice, team):
    name, (first, _, outside) = team
    here = window(alice)
    here.section(name).get_by_role("button", name=here.text("group.add_vms")).click()
    expect(here.dialog.get_by_role("checkbox", name=first, exact=True)).to_have_count(0)
    here.dialog.get_by_role("checkbox", name=outside).check()
    here.send()
    expect(here.section(name).locator(here.card(outside))).to_be_visible()
    expect(here.toast("1 machine was added to")).to_be_visible()

    here.choose(first, "act.take-out")
    here.send()
    expect(here.section(name).locator(here.card(first))).to_have_count(0)
    expect(here.section(here.text("groups.none")).locator(here.card(first))).to_be_visible()
    assert alice.vm(first)["group"] is None


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_group_is_renamed_and_everybody_sees_it(window, alice, bob, team, language):
    name, (first, *_) = team
    here, bobs = window(alice, language=language), window(bob, language=language)
    here.section(name).get_by_role("button", name=here.text("group.edit")).click()
    expect(here.field("group.name")).to_have_value(name)
    here.field("group.name").fill(f"New {name}")
    here.send()
    expect(here.toast(here.text("group.renamed", group=f"New {name}"))).to_be_visible()
    for shown in here, bobs:
        expect(shown.section(f"New {name}").locator(shown.card(first))).to_be_visible()
    told = {
        "en": f"renamed the group “{name}” to “New {name}”",
        "ru": f"группа «{name}» теперь называется «New {name}»",
    }
    expect(bobs.toast(told[language])).to_contain_text(alice.email)
    here.page.set_viewport_size({"width": 320, "height": 640})
    assert not here.scrolls_sideways()


def test_a_deleted_group_leaves_its_machines(window, alice, team):
    name, (first, second, _) = team
    here = window(alice)
    here.section(name).get_by_role("button", name=here.text("group.delete")).click()
    expect(here.dialog).to_contain_text("Its 2 machines stay on the board")
    here.send()
    expect(here.section(name)).to_have_count(0)
    for vm_id in first, second:
        expect(here.section(here.text("groups.none")).locator(here.card(vm_id))).to_be_visible()


def test_an_admin_releases_somebody_elses_machine_with_a_reason_that_is_shown_to_the_holder(window, alice, bob, vm):
    done(bob.book(vm, 2))
    here, bobs = window(alice), window(bob)
    here.choose(vm, "act.release")
    expect(here.dialog).to_contain_text(bob.email)
    here.field("force.reason").fill("the rack moves")
    here.send()
    expect(here.card(vm)).to_contain_text("Free")
    expect(bobs.card(vm)).to_contain_text("Free")
    expect(bobs.toast("the rack moves")).to_contain_text(alice.email)


def test_an_admin_changes_roles_and_removes_people(window, alice, server):
    eve = Person(server).sign_in()
    here, eves = window(alice), window(eve)
    add = eves.page.get_by_role("button", name=eves.text("vm.add"))
    expect(add).to_have_count(0)
    here.choose_in_account("users.title")
    row = here.dialog.get_by_role("listitem").filter(has_text=eve.email)

    row.get_by_role("button", name=here.text("users.make_admin")).click()
    expect(row).to_contain_text(here.text("role.admin"))
    expect(add.first).to_be_visible()
    row.get_by_role("button", name=here.text("users.make_user")).click()
    expect(row).to_contain_text(here.text("role.user"))
    expect(add).to_have_count(0)

    row.get_by_role("button", name=here.text("users.remove")).click()
    here.send()
    expect(row).to_have_count(0)
    expect(eves.sign_in_button).to_be_visible()


def test_an_admin_by_the_settings_is_told_as_such_and_cannot_be_demoted(window, alice):
    here = window(alice)
    here.choose_in_account("users.title")
    row = here.dialog.get_by_role("listitem").filter(has_text=alice.email)
    expect(row).to_contain_text(here.text("role.admin_by_settings"))
    expect(row.get_by_role("button", name=here.text("users.make_user"))).to_have_count(0)


def test_a_user_sees_no_admin_actions(window, bob, team):
    name, (first, *_) = team
    here = window(bob)
    expect(here.section(name).get_by_role("button", name=here.text("group.delete"))).to_have_count(0)
    here.open_machine(first)
    for key in "act.edit-vm", "act.delete-vm", "act.take-out":
        expect(here.button(key)).to_have_count(0)
    here.page.keyboard.press("Escape")
    here.open_account()
    expect(here.button("users.title")).to_have_count(0)
