"""Wait for any machine of a group, from the heading of the group and from the panels of its machines."""

import re

import pytest
from playwright.sync_api import expect

from browser.queues import join
from support.answers import done


@pytest.fixture
def full(alice, carol, make_vm, make_group):
    """Return the id, the name and the machines of a group of two, both booked by carol."""
    vms = [make_vm(), make_vm()]
    group = make_group(*vms)
    for vm_id in vms:
        done(carol.book(vm_id, 3))
    return group, alice.group(group)["name"], vms


def test_the_machine_of_a_full_group_that_comes_free_first_goes_to_the_waiter(window, newcomer, carol, full):
    _, name, (first, second) = full
    here = window(newcomer)
    section = here.section(name)
    expect(section.get_by_role("button", name=re.compile(here.text("any.book")))).to_have_count(0)
    section.get_by_role("button", name=f"Queue {name}").click()
    expect(here.dialog).to_contain_text(here.text("queue.any_of_group"))
    expect(here.field("any.count")).to_have_value("1")
    here.send()
    expect(here.toast(here.text("queue.joined", n=1, where=name))).to_be_visible()
    expect(section.get_by_role("button", name=re.compile(r"^No\. 1"))).to_contain_text("1 waiting")
    done(carol.cancel(second))
    expect(here.own_booking(second)).to_contain_text(here.text("state.turn"))
    expect(section.locator(".join-queue .queue-badge")).to_be_hidden()
    expect(section.get_by_role("button", name=f"Queue {first}")).to_be_visible()
    assert newcomer.vm(first)["booked_by"] == carol.email


def test_the_queue_is_shown_in_order_and_can_be_left(window, newcomer, bob, full):
    group, name, (first, _) = full
    join(bob, group_id=group, count=2)
    here = window(newcomer)
    section = here.section(name)
    expect(section.locator(".join-queue")).to_contain_text("1 waiting")
    section.locator(".join-queue").click()
    expect(here.dialog.get_by_role("listitem")).to_have_text([re.compile(rf"{bob.email}.*2 machines", re.DOTALL)])
    here.field("any.count").fill("2")
    here.send()
    expect(section.locator(".join-queue")).to_contain_text("2 waiting")
    assert [(one["email"], one["count"]) for one in newcomer.group(group)["queue"]][1] == (newcomer.email, 2)

    here.open_machine(first)
    expect(here.dialog).to_contain_text(here.text("queue.of_group", group=name))
    expect(here.dialog).to_contain_text(here.text("queue.your_place", n=2))
    here.page.keyboard.press("Escape")
    section.locator(".join-queue").click()
    here.button("queue.leave").click()
    expect(here.toast(here.text("queue.left", where=name))).to_be_visible()
    expect(section.locator(".join-queue")).to_contain_text("1 waiting")


def test_holders_in_the_group_cannot_renew_while_somebody_waits(window, carol, bob, full):
    group, _, (first, second) = full
    here = window(carol)
    renew_buttons = here.own_booking(first).get_by_role("button", name=re.compile(here.text("act.renew")))
    expect(renew_buttons).to_have_count(2)
    join(bob, group_id=group)
    for vm_id in first, second:
        expect(here.own_booking(vm_id)).to_contain_text("1 waiting: it cannot be renewed")
    expect(renew_buttons).to_have_count(0)


def test_an_admin_removes_somebody_from_a_groups_queue(window, alice, bob, full):
    group, name, _ = full
    join(bob, group_id=group)
    here = window(alice)
    here.section(name).locator(".join-queue").click()
    here.dialog.get_by_role("button", name=f"Remove: {bob.email}").click()
    here.send()
    expect(here.dialog).to_contain_text(here.text("queue.nobody"))
    assert alice.group(group)["queue"] == []


def test_a_change_of_the_queue_moves_no_card(window, bob, newcomer, full):
    group, name, _ = full
    here = window(newcomer)
    here.page.evaluate("""() => {
      window.moved = 0;
      const watch = new MutationObserver((all) => (window.moved += all.length));
      for (const cards of document.querySelectorAll(".cards")) watch.observe(cards, {childList: true});
    }""")
    join(bob, group_id=group)
    expect(here.section(name).locator(".join-queue")).to_contain_text("1 waiting")
    assert here.page.evaluate("window.moved") == 0
