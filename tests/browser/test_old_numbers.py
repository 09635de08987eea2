"""A deleted group's number is used again once it is too late to undo the deletion: an open dialog means the old one."""

import json

import pytest
from playwright.sync_api import expect

from support.answers import done


@pytest.fixture
def server(start):
    return start()


def too_late_to_undo(server):
    """Start the server again without what was deleted, as if ten minutes had passed."""
    server.stop()
    data = server.stored()
    assert data.pop("deleted")
    server.data.write_text(json.dumps(data))
    server.start()


def test_a_new_group_with_an_old_number_is_not_the_one_that_was_to_be_deleted(window, server, alice, make_vm):
    old = done(alice.make_group(f"Old of {make_vm()}"), 201)
    here = window(alice)
    here.may_lose_connection = True
    here.section(old["name"]).get_by_role("button", name=here.text("group.delete")).click()
    expect(here.dialog).to_be_visible()
    done(alice.delete_group(old["id"]))
    expect(here.button("act.delete")).to_be_disabled()
    too_late_to_undo(server)
    new = done(alice.make_group(f"New of {make_vm()}"), 201)
    assert new["id"] == old["id"], "the number is used again"
    expect(here.section(new["name"])).to_be_attached()
    expect(here.button("act.delete")).to_be_disabled()
    expect(here.dialog.locator("[data-obstacle]")).to_contain_text(old["name"])


def test_a_place_in_a_deleted_group_is_not_taken_in_the_new_one_with_its_number(window, server, alice, bob, make_vm):
    vm = make_vm()
    done(alice.book(vm))
    old = done(alice.make_group(f"Old of {vm}", [vm]), 201)
    here = window(bob)
    here.may_lose_connection = True
    here.section(old["name"]).locator(".join-queue").click()
    expect(here.button("queue.join")).to_be_enabled()
    done(alice.delete_group(old["id"]))
    expect(here.button("queue.join")).to_be_disabled()
    too_late_to_undo(server)
    new = done(alice.make_group(f"New of {vm}", [vm]), 201)
    assert new["id"] == old["id"], "the number is used again"
    expect(here.section(new["name"])).to_be_attached()
    expect(here.button("queue.join")).to_be_disabled()
