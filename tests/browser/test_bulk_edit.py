"""Several machines are edited by one call: group, tags, description, ssh. Only what the admin changes is sent."""

import pytest
from playwright.sync_api import Route, expect

from browser.machines import inventory
from browser.selection import action_button, bar, calls_to, select
from support.answers import done
from support.people import WITH_JANITOR, cleared
from support.server import running


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    data = inventory(501, ("Lab", "Rack"), description="8 cores", tags=["linux"])
    with running(tmp_path_factory.mktemp("bulk-edit"), data, LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture
def server(served):
    return cleared(served)


@pytest.fixture
def trio(alice, make_vm):
    vms = [make_vm(), make_vm(), make_vm()]
    for vm, tags in zip(vms, (["linux", "old"], ["Linux"], []), strict=True):
        done(alice.edit_vm(vm, tags=tags, description="spare", ssh_user="root" if tags else ""))
    return vms


def open_dialog(window, person, *vms: str):
    here = window(person)
    select(here, *vms)
    action_button(here, "edit").click()
    expect(here.dialog.get_by_role("heading")).to_have_text(here.text("bulk.edit_title", n=len(vms)))
    return here


def tag(here, name: str):
    return here.dialog.get_by_role("checkbox", name=name, exact=True)


def test_tags_group_description_and_ssh_are_changed_by_one_call(window, alice, trio):
    here = open_dialog(window, alice, *trio)
    made = calls_to(here, "/edit-vm")
    expect(here.field("fact.group")).to_be_focused()
    here.field("fact.group").select_option(label="Rack")
    here.field("several.add_tags").fill("gpu, lab 2")
    tag(here, "linux").check(force=True)
    here.field("fact.description").fill("Rack 7")
    here.field("fact.ssh_port").fill("2222")
    here.send()
    expect(here.toast(here.text("bulk.edited", n=3))).to_be_visible()
    expect(bar(here)).to_be_hidden()
    [call] = made
    assert call.pop("versions").keys() == set(trio)
    assert call == {
        "vm_ids": trio,
        "group_id": 2,
        "add_tags": ["gpu", "lab 2"],
        "remove_tags": ["linux"],
        "description": "Rack 7",
        "ssh_port": 2222,
    }
    found = [alice.vm(vm) for vm in trio]
    assert [vm["tags"] for vm in found] == [["old", "gpu", "lab 2"], ["gpu", "lab 2"], ["gpu", "lab 2"]]
    assert {(vm["group"], vm["description"], vm["ssh_port"]) for vm in found} == {(2, "Rack 7", 2222)}
    assert [vm["ssh_user"] for vm in found] == ["root", "root", ""]
    expect(here.section("Rack").locator(here.card(trio[0]))).to_be_visible()
    assert here.page.evaluate("document.activeElement !== document.body")


def test_what_all_have_can_be_emptied_and_what_differs_stays(window, alice, trio):
    here = open_dialog(window, alice, *trio)
    made = calls_to(here, "/edit-vm")
    expect(here.field("fact.description")).to_have_value("spare")
    expect(here.field("fact.ssh_user")).to_have_value("")
    expect(here.field("fact.ssh_user")).to_have_attribute("placeholder", here.text("several.differ"))
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_have_text(here.text("several.nothing"))
    here.field("fact.description").fill("")
    here.send()
    assert [set(call) for call in made] == [{"vm_ids", "versions", "description"}]
    assert [(alice.vm(vm)["description"], alice.vm(vm)["ssh_user"]) for vm in trio] == [
        ("", "root"),
        ("", "root"),
        ("", ""),
    ]


def test_machines_leave_their_group(window, alice, trio):
    here = open_dialog(window, alice, "server-0", "server-1")
    here.field("fact.group").select_option(label=here.text("groups.none"))
    here.send()
    assert [alice.vm(vm)["group"] for vm in ("server-0", "server-1")] == [None, None]


def test_what_others_save_is_shown_and_what_was_typed_stays(window, alice, trio):
    here = open_dialog(window, alice, *trio)
    here.field("fact.ssh_user").fill("tester")
    tag(here, "old").check(force=True)
    for vm in trio:
        done(alice.edit_vm(vm, description="borrowed", add_tags=["new"]))
    expect(here.field("fact.description")).to_have_value("borrowed")
    expect(tag(here, "new")).to_be_attached()
    expect(tag(here, "old")).to_be_checked()
    expect(here.dialog.get_by_role("status").first).to_contain_text(f"{trio[2]}: ")
    here.send()
    assert [(alice.vm(vm)["ssh_user"], alice.vm(vm)["description"]) for vm in trio] == [("tester", "borrowed")] * 3
    assert alice.vm(trio[0])["tags"] == ["linux", "new"]


def test_an_edit_of_somebody_else_at_the_same_moment_is_not_overwritten(window, alice, trio):
    here = open_dialog(window, alice, *trio)
    here.field("fact.description").fill("mine")

    def edited_first(route: Route) -> None:
        done(alice.edit_vm(trio[1], description="theirs"))
        route.continue_()

    here.page.route("**/edit-vm", edited_first, times=1)
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(f"{trio[1]} was changed in the meantime")
    expect(here.dialog.get_by_role("status").first).to_contain_text("theirs")
    assert [alice.vm(vm)["description"] for vm in trio] == ["spare", "theirs", "spare"]
    here.send()
    assert [alice.vm(vm)["description"] for vm in trio] == ["mine"] * 3


def test_a_mistake_names_the_field_or_the_machine(window, alice, trio):
    done(alice.edit_vm(trio[1], tags=[f"t{n}" for n in range(20)]))
    here = open_dialog(window, alice, *trio)
    here.field("several.add_tags").fill("one more")
    here.field("fact.ssh_user").fill("a b")
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(here.text("fact.ssh_user"))
    expect(here.field("fact.ssh_user")).to_be_focused()
    here.field("fact.ssh_user").fill("")
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text(trio[1])
    expect(here.field("several.add_tags")).to_be_focused()


def test_five_hundred_machines_are_edited_at_once(window, alice):
    here = window(alice, path="/?q=server-")
    here.page.locator("#board").focus()
    here.page.keyboard.press("a")
    expect(bar(here).get_by_role("status")).to_have_text(here.text("bulk.chosen", n=501))
    action_button(here, "edit").click()
    here.field("several.add_tags").fill("moved")
    here.send()
    tags = [vm["tags"] for vm in alice.state()["vms"] if vm["id"].startswith("server-")]
    assert tags == [["linux", "moved"]] * 501
