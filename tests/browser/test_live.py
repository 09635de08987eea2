"""Two windows of two people: what one does, the other sees at once, without loading the page anew."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person
from support.waiting import eventually


def test_a_machines_life_is_seen_by_a_colleague_as_it_happens(window, alice, bob, vm):
    his = window(bob)
    his.mark()
    hers = window(alice)
    hers.press("book", vm)
    hers.field("book.what_for").fill("soak")
    hers.send()
    expect(his.card(vm)).to_contain_text("alice")
    expect(his.card(vm)).to_contain_text("→")
    expect(his.toast(f"{alice.email} booked {vm}")).to_be_visible()
    expect(hers.toast(f"{alice.email} booked {vm}")).to_have_count(0)

    done(alice.renew(vm, 12))
    expect(his.card(vm)).to_contain_text(re.compile("15 h|16 h"))
    expect(his.toast(f"{alice.email} renewed {vm}")).to_be_visible()

    hers.own_booking(vm).get_by_role("button", name=f"Release {vm}").click()
    expect(his.card(vm)).to_contain_text("Free")
    expect(his.toast(f"{alice.email} released {vm}")).to_be_visible()

    done(alice.edit_vm(vm, external_ip="10.44.0.1"))
    expect(his.card(vm)).to_contain_text("10.44.0.1")
    expect(his.toast(f"{alice.email} edited {vm}")).to_be_visible()

    done(alice.delete_vm(vm))
    expect(his.card(vm)).to_have_count(0)
    expect(his.toast(f"{alice.email} deleted {vm}")).to_be_visible()

    done(alice.add_vm(vm), 201)
    expect(his.card(vm)).to_contain_text("Free")
    expect(his.toast(f"{alice.email} added {vm}")).to_be_visible()
    assert not his.was_reloaded()


def test_a_groups_life_is_seen_by_a_colleague_as_it_happens(window, alice, bob, make_vm):
    first, second = make_vm(), make_vm()
    his = window(bob)
    his.mark()
    group = done(alice.make_group("Live", [first]), 201)
    expect(his.section("Live").locator(his.card(first))).to_be_visible()
    expect(his.section("Live")).to_contain_text("1 free of 1")
    expect(his.toast("created the group “Live”")).to_be_visible()

    done(alice.add_to_group(group["id"], [second]))
    expect(his.section("Live").locator(his.card(second))).to_be_visible()
    expect(his.section("Live")).to_contain_text("2 free of 2")

    done(alice.book(second))
    expect(his.section("Live")).to_contain_text("1 free of 2")

    done(alice.take_from_group(first))
    expect(his.section("Live").locator(his.card(first))).to_have_count(0)

    done(alice.delete_group(group["id"]))
    expect(his.section("Live")).to_have_count(0)
    expect(his.card(second)).to_be_visible()
    assert not his.was_reloaded()


def test_an_open_panel_follows_what_happens_to_its_machine(window, alice, bob, vm):
    his = window(bob)
    his.open_machine(vm)
    expect(his.button("act.book")).to_be_visible()
    done(alice.book(vm, note="in use"))
    expect(his.dialog).to_contain_text("in use")
    expect(his.button("act.book")).to_have_count(0)
    done(alice.delete_vm(vm, force=True))
    expect(his.no_dialog).to_have_count(0)


def test_a_flood_of_changes_does_not_pile_up(window, alice, bob, make_vm):
    his = window(bob)
    for _ in range(12):
        make_vm()
    expect(his.toast(re.compile("added|changes"))).not_to_have_count(0)
    assert his.toast("").count() <= 3


def test_strangers_see_changes_too_and_never_an_address(window, alice, bob, make_vm):
    vm_id = make_vm(external_ip="10.77.0.1", description="secret plans")
    told = []
    stranger = window(path=None)
    stranger.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(str(frame))))
    stranger.go()
    stranger.mark()
    done(bob.book(vm_id, 2, note="for nobody's eyes"))
    expect(stranger.card(vm_id)).to_contain_text("b…@example.com")
    done(bob.renew(vm_id, 5))
    expect(stranger.card(vm_id)).to_contain_text(re.compile("6 h|7 h"))
    done(alice.cancel(vm_id, reason="because of carol@example.com"))
    expect(stranger.card(vm_id)).to_contain_text("Free")
    assert not stranger.was_reloaded()

    frames, source = " ".join(told), stranger.page.content()
    assert vm_id in frames
    for secret in "bob@", "alice@", "carol@", "10.77.0.1", "secret plans", "nobody's eyes":
        assert secret not in frames
        assert secret not in source
    expect(stranger.toast("")).to_have_count(0)


def test_signing_out_in_another_tab_makes_this_one_a_strangers(window, bob, vm):
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


def test_who_signed_out_in_another_tab_comes_back_to_what_was_typed(window, alice, bob, vm):
    here = window(bob)
    here.press("book", vm)
    here.field("book.what_for").fill("soak")
    other = here.another_tab()
    other.open_account()
    other.button("sign_out").click()
    expect(here.sign_in_button).to_be_attached()
    here.dialog.locator(".send").click()
    refused = here.dialog.get_by_role("alert")
    refused.get_by_role("button", name=here.say("sign_in")).click()
    here.field("sign_in.email").fill(bob.email)
    here.send()
    expect(here.no_dialog).to_have_count(1)
    expect(here.field("book.what_for")).to_have_value("soak")
    here.send()
    expect(here.no_dialog).to_have_count(0)
    assert alice.vm(vm)["booked_by"] == bob.email
    assert alice.vm(vm)["note"] == "soak"


def test_who_signed_out_keeps_nothing_of_machines_that_look_the_same_to_strangers(window, alice, bob, carol, vm):
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


def test_after_several_great_changes_all_is_fetched_once(window, start):
    names = [f"node-{number:03}" for number in range(201)]
    server = start(inventory([machine(name) for name in names]))
    alice = Person(server, "alice@example.com").sign_in()
    here, told, fetched = window(alice, path=None, at=server, fresh=True), [], []
    here.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(str(frame))))
    here.go()
    here.page.on("request", lambda request: fetched.append(request.url) if request.url.endswith("/vms") else None)
    here.page.clock.install()
    here.page.clock.pause_at(datetime.now() + timedelta(seconds=2))
    for name in "First", "Second":
        done(alice.make_group(name, names), 201)
    eventually(lambda: here.page.title() and sum('"all":true' in frame for frame in told) == 2)
    assert not fetched, "browsers do not all ask at once"
    here.page.clock.run_for(3000)
    here.page.clock.resume()
    expect(here.section("Second").locator(".count")).to_have_text(here.say("count.free_of", free=201, n=201))
    assert len(fetched) == 1
