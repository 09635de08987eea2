"""Changes by one person appear at once in the windows of others, without a reload."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person
from support.waiting import eventually


def test_changes_of_a_machine_appear_at_once_for_others(window, alice, bob, vm):
    bobs = window(bob)
    bobs.mark()
    alices = window(alice)
    alices.press("book", vm)
    alices.field("book.what_for").fill("soak")
    alices.send()
    expect(bobs.card(vm)).to_contain_text("alice")
    expect(bobs.card(vm)).to_contain_text("→")
    expect(bobs.toast(f"{alice.email} booked {vm}")).to_be_visible()
    expect(alices.toast(f"{alice.email} booked {vm}")).to_have_count(0)

    done(alice.renew(vm, 12))
    expect(bobs.card(vm)).to_contain_text(re.compile("15 h|16 h"))
    expect(bobs.toast(f"{alice.email} renewed {vm}")).to_be_visible()

    alices.own_booking(vm).get_by_role("button", name=f"Release {vm}").click()
    expect(bobs.card(vm)).to_contain_text("Free")
    expect(bobs.toast(f"{alice.email} released {vm}")).to_be_visible()

    done(alice.edit_vm(vm, external_ip="10.44.0.1"))
    expect(bobs.card(vm)).to_contain_text("10.44.0.1")
    expect(bobs.toast(f"{alice.email} edited {vm}")).to_be_visible()

    done(alice.delete_vm(vm))
    expect(bobs.card(vm)).to_have_count(0)
    expect(bobs.toast(f"{alice.email} deleted {vm}")).to_be_visible()

    done(alice.add_vm(vm), 201)
    expect(bobs.card(vm)).to_contain_text("Free")
    expect(bobs.toast(f"{alice.email} added {vm}")).to_be_visible()
    assert not bobs.was_reloaded()


def test_changes_of_a_group_appear_at_once_for_others(window, alice, bob, make_vm):
    first, second = make_vm(), make_vm()
    bobs = window(bob)
    bobs.mark()
    group = done(alice.make_group("Live", [first]), 201)
    expect(bobs.section("Live").locator(bobs.card(first))).to_be_visible()
    expect(bobs.section("Live")).to_contain_text("1 free of 1")
    expect(bobs.toast("created the group “Live”")).to_be_visible()

    done(alice.add_to_group(group["id"], [second]))
    expect(bobs.section("Live").locator(bobs.card(second))).to_be_visible()
    expect(bobs.section("Live")).to_contain_text("2 free of 2")

    done(alice.book(second))
    expect(bobs.section("Live")).to_contain_text("1 free of 2")

    done(alice.take_from_group(first))
    expect(bobs.section("Live").locator(bobs.card(first))).to_have_count(0)

    done(alice.delete_group(group["id"]))
    expect(bobs.section("Live")).to_have_count(0)
    expect(bobs.card(second)).to_be_visible()
    assert not bobs.was_reloaded()


def test_an_open_panel_follows_the_changes_of_its_machine(window, alice, bob, vm):
    bobs = window(bob)
    bobs.open_machine(vm)
    expect(bobs.button("act.book")).to_be_visible()
    done(alice.book(vm, note="in use"))
    expect(bobs.dialog).to_contain_text("in use")
    expect(bobs.button("act.book")).to_have_count(0)
    done(alice.delete_vm(vm, force=True))
    expect(bobs.dialogs).to_have_count(0)


def test_many_changes_are_summarised_in_few_toasts(window, alice, bob, make_vm):
    bobs = window(bob)
    for _ in range(12):
        make_vm()
    expect(bobs.toast(re.compile("added|changes"))).not_to_have_count(0)
    assert bobs.toast("").count() <= 3


def test_strangers_see_changes_too_and_never_an_address(window, alice, bob, make_vm):
    vm_id = make_vm(external_ip="10.77.0.1", description="secret plans")
    frames = []
    stranger = window(path=None)
    stranger.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    stranger.go()
    stranger.mark()
    done(bob.book(vm_id, 2, note="for nobody's eyes"))
    expect(stranger.card(vm_id)).to_contain_text("b…@example.com")
    done(bob.renew(vm_id, 5))
    expect(stranger.card(vm_id)).to_contain_text(re.compile("6 h|7 h"))
    done(alice.cancel(vm_id, reason="because of carol@example.com"))
    expect(stranger.card(vm_id)).to_contain_text("Free")
    assert not stranger.was_reloaded()

    received, source = " ".join(frames), stranger.page.content()
    assert vm_id in received
    for secret in "bob@", "alice@", "carol@", "10.77.0.1", "secret plans", "nobody's eyes":
        assert secret not in received
        assert secret not in source
    expect(stranger.toast("")).to_have_count(0)


def test_signing_out_in_another_tab_signs_this_one_out_too(window, bob, vm):
    done(bob.book(vm))
    here = window(bob)
    here.mark()
    other = here.another_tab()
    other.open_account()
    other.button("sign_out").click()
    expect(other.sign_in_button).to_be_visible()
    expect(here.sign_in_button).to_be_visible()
    expect(here.card(vm)).to_contain_text("b…@example.com")
    expect(here.own_booking(vm)).to_have_count(0)
    assert not here.was_reloaded()
    assert bob.email not in here.page.content()


def test_after_signing_out_in_another_tab_the_input_is_kept_for_the_next_sign_in(window, alice, bob, vm):
    here = window(bob)
    here.press("book", vm)
    here.field("book.what_for").fill("soak")
    other = here.another_tab()
    other.open_account()
    other.button("sign_out").click()
    expect(here.sign_in_button).to_be_attached()
    here.dialog.locator(".send").click()
    refused = here.dialog.get_by_role("alert")
    refused.get_by_role("button", name=here.text("sign_in")).click()
    here.field("sign_in.email").fill(bob.email)
    here.send()
    expect(here.dialogs).to_have_count(1)
    expect(here.field("book.what_for")).to_have_value("soak")
    here.send()
    expect(here.dialogs).to_have_count(0)
    assert alice.vm(vm)["booked_by"] == bob.email
    assert alice.vm(vm)["note"] == "soak"


def test_signing_out_removes_details_even_of_machines_that_did_not_change_for_strangers(window, alice, bob, carol, vm):
    done(alice.edit_vm(vm, external_ip="10.77.0.9", description="hush"))
    done(carol.book(vm))
    done(bob.post("/queue/join", {"vm_id": vm, "hours": 1}))
    done(carol.cancel(vm))
    here = window(bob)
    expect(here.card(vm)).to_contain_text("10.77.0.9")
    other = here.another_tab()
    other.open_account()
    other.button("sign_out").click()
    expect(here.sign_in_button).to_be_visible()
    expect(here.card(vm)).not_to_contain_text("10.77.0.9")
    for secret in (bob.email, "10.77.0.9", "hush"):
        assert secret not in here.page.content()


def test_signing_out_everywhere_reaches_the_other_browsers(window, bob, server, vm):
    there = window(Person(server, bob.email).sign_in())
    here = window(bob)
    here.open_account()
    here.button("sign_out.everywhere").click()
    for window_of_bob in here, there:
        expect(window_of_bob.sign_in_button).to_be_visible()


def test_after_several_large_changes_the_board_is_fetched_once(window, start):
    names = [f"node-{number:03}" for number in range(201)]
    server = start(inventory([machine(name) for name in names]))
    alice = Person(server, "alice@example.com").sign_in()
    here, frames, fetched = window(alice, path=None, at=server, fresh=True), [], []
    here.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    here.go()
    here.page.on("request", lambda request: fetched.append(request.url) if request.url.endswith("/vms") else None)
    here.page.clock.install()
    here.page.clock.pause_at(datetime.now() + timedelta(seconds=15))
    for name in "First", "Second":
        done(alice.make_group(name, names), 201)
    eventually(lambda: here.page.title() and sum('"all":true' in frame for frame in frames) == 2)
    assert not fetched, "browsers wait for different times before they fetch"
    here.page.clock.run_for(3000)
    here.page.clock.resume()
    expect(here.section("Second").locator(".count")).to_have_text(here.text("count.free_of", free=201, n=201))
    assert len(fetched) == 1


def test_a_board_that_is_older_than_a_large_change_is_fetched_again(window, start):
    """As from another node, which has not heard of the change yet."""
    names = [f"node-{number:03}" for number in range(201)]
    server = start(inventory([machine(name) for name in names]))
    alice = Person(server, "alice@example.com").sign_in()
    here, older, fetched = window(alice, at=server), alice.state(), []

    def answer(route):
        fetched.append(route.request.url)
        route.fulfill(json=older) if len(fetched) == 1 else route.continue_()

    here.page.route("**/vms", answer)
    done(alice.make_group("First", names), 201)
    expect(here.section("First").locator(".count")).to_have_text(here.text("count.free_of", free=201, n=201))
    assert len(fetched) == 2
