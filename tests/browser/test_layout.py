"""The layout holds with no machines, some, many, with names of any length, from a phone to a wide screen."""

import pytest
from playwright.sync_api import expect

from browser.machines import inventory, machine
from browser.queues import hold, join
from browser.window import BEYOND_THE_EDGE
from support.answers import done
from support.people import Person
from support.server import ADMIN

WIDTHS = {320: 640, 360: 740, 768: 1024, 1440: 900, 2560: 1300}
GROUPS = ("Production", "Staging", "Build farm")
LONG = "of-the-northern-data-centre-that-nobody-ever-shortened-{}"
WIDE_NAME = "Ж" * 100
OVERFLOWS = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (node) => node && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  return [...document.querySelectorAll("body *:not(option, symbol *)")]
    .filter((node) => node.getBoundingClientRect().right > width + 1 && !node.closest(".skip-link"))
    .filter((node) => node.checkVisibility({opacityProperty: true}) && !scrolls(node.parentElement))
    .map((node) => `${node.tagName}.${node.className}`);
}"""
OVERFLOWS_DIALOG = """() =>
  [...document.querySelectorAll("dialog[open], dialog[open] :is(form, header, .body, footer)")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => `${node.tagName}.${node.className}`)"""
FULLY_INSIDE = """(node, card) => {
  const [inner, outer] = [node, card].map((one) => one.getBoundingClientRect());
  return inner.width > 0 && inner.left >= outer.left && inner.right <= outer.right;
}"""
COUNT_FULLY_VISIBLE = """() => [...document.querySelectorAll(".card")].filter((card) => {
  const box = card.getBoundingClientRect();
  return box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
}).length"""


@pytest.mark.parametrize("count", [0, 12, 500])
def test_the_page_does_not_scroll_sideways_at_any_width(window, start, count):
    server = start(inventory(count, GROUPS if count else (), description="Application server"))
    alice, bob = Person(server, ADMIN).sign_in(), Person(server, "bob@example.com").sign_in()
    for person, number, hours in ((alice, 0, 0.1), (alice, 3, 21), (bob, 6, 6), (bob, 9, 9))[: count and 4]:
        done(person.book(f"server-{number}", hours, note="A note of some length about it"))
    if count:
        join(bob, vm_id="server-3")
        join(alice, vm_id="server-9")
        hold("server-1", for_=alice, by=bob)
        hold("server-2", for_=bob, by=alice)
        done(alice.edit_vm("server-4", maintenance="A reason of some length for it"))
        done(alice.post("/queue/join", {"group_id": 1, "hours": 2, "count": 4 if count == 12 else 100}))
    assert overflowing(window(alice, at=server, language="ru")) == {}


def test_names_of_any_length_do_not_overflow(window, start):
    names = ("Группа северного дата-центра с очень длинным именем", WIDE_NAME, "W" * 100)
    server = start(
        inventory(12, names, name=LONG, description="d" * 500, tags=["t" * 32] * 9, external_ip="x" * 60 + ".example")
    )
    alice = Person(server, ADMIN).sign_in()
    other = Person(server, f"{'a-name.' * 8}of-many@{'sub.' * 20}example.com").sign_in()
    done(alice.book(LONG.format(1), 3, note="n" * 200))
    done(other.book(LONG.format(2), 3, note="n" * 200))
    here = window(alice, at=server)
    assert overflowing(here) == {}
    here.page.set_viewport_size({"width": 320, "height": 640})
    for number in 1, 2, 3:
        here.open_machine(LONG.format(number))
        assert here.page.evaluate(OVERFLOWS) == []
        here.page.keyboard.press("Escape")
    here.press("book", LONG.format(3))
    assert here.page.evaluate(OVERFLOWS) == []


@pytest.mark.parametrize("width", [320, 375, 414])
def test_addresses_stay_in_a_machines_dialog_with_their_icons(window, start, width):
    long = {"external_ip": "2001:db8:1234:5678:9abc:def0:1234:5672", "internal_ip": "x" * 60 + ".example"}
    server = start(
        inventory(1, ("Farm",)) | {"vms": [machine("one", 1, **long, tags=["t" * 32, "W" * 32], note="n" * 200)]}
    )
    here = window(Person(server, ADMIN).sign_in(), at=server, viewport={"width": width, "height": 700})
    here.open_machine("one")
    assert here.dialog.evaluate(BEYOND_THE_EDGE) == []


def test_long_names_stay_in_dialogs_that_ask(window, start):
    name = f"{'a-name.' * 8}of-many@{'sub.' * 20}example.com"
    server = start(inventory(3, ("W" * 100,), name="W" * 60 + "-{}", tags=["W" * 32]))
    other = Person(server, name).sign_in()
    done(other.book("W" * 60 + "-0", 3, note="n" * 200))
    here = window(Person(server, ADMIN).sign_in(), at=server, viewport={"width": 320, "height": 700})
    for key in "act.release", "act.delete-vm", "act.renew", "act.edit-vm", "act.out-of-service":
        here.choose("W" * 60 + "-0", key)
        assert here.dialog.evaluate(BEYOND_THE_EDGE) == [], key
        here.page.keyboard.press("Escape")
    for key in "users.title", "group.create":
        if key == "users.title":
            here.choose_in_account(key)
            expect(here.dialog.get_by_text(name)).to_be_visible()
        else:
            here.page.locator("#groups").get_by_role("button", name=here.text(key)).click()
        assert here.dialog.evaluate(BEYOND_THE_EDGE) == [], key
        here.page.keyboard.press("Escape")


def test_the_ends_of_long_names_are_visible(window, start):
    server = start(inventory(12, (), name=LONG, external_ip="192.168.250.250"))
    here = window(Person(server, ADMIN).sign_in(), at=server)
    for width in (1440, 320):
        here.page.set_viewport_size({"width": width, "height": 640})
        for number in (0, 11):
            card = here.card(LONG.format(number))
            expect(card.get_by_role("button", name=LONG.format(number), exact=True)).to_be_visible()
            end = card.locator(".name span").last
            assert end.text_content().endswith(f"-{number}")
            assert end.evaluate(FULLY_INSIDE, card.element_handle())


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_dialog_scrolls_sideways_on_the_narrowest_phone(window, start, language):
    server = start(inventory(6, ("Группа северного дата-центра с длинным именем",), tags=["debian12", "t" * 32]))
    alice, bob = Person(server, ADMIN).sign_in(), Person(server, "bob@example.com").sign_in()
    other = Person(server, f"{'a-name-' * 7}of-many@{'sub.' * 9}example.com").sign_in()
    done(bob.book("server-1", 3))
    join(other, vm_id="server-1", auto=True)
    join(alice, vm_id="server-1")
    hold("server-2", for_=alice, by=bob)
    done(alice.edit_vm("server-3", maintenance="r" * 200))
    done(alice.post("/tokens", {"name": "n" * 64, "days": 365}), 201)
    here = window(alice, at=server, language=language, viewport={"width": 320, "height": 640})
    found = {}
    for open_dialog in OPENING:
        open_dialog(here)
        here.page.wait_for_load_state("networkidle")
        found[here.dialog.locator("h2").inner_text()] = here.page.evaluate(OVERFLOWS_DIALOG)
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)
    assert {title: out for title, out in found.items() if out} == {}
    assert len(found) >= 9


OPENING = [  # functions that open the dialogs with the most content
    *(lambda here, n=n: here.open_machine(f"server-{n}") for n in range(4)),
    lambda here: here.press("book", "server-0"),
    lambda here: here.choose("server-1", "queue.change"),
    lambda here: here.choose("server-3", "queue.join"),
    lambda here: here.choose("server-3", "act.edit-vm"),
    lambda here: here.choose("server-0", "act.out-of-service"),
    lambda here: here.page.locator(".book-any:visible").click(),
    lambda here: here.open_account(),
    lambda here: here.choose_in_account("tokens.title"),
    lambda here: here.choose_in_account("users.title"),
    lambda here: here.page.locator("#account .bell").click(),
    *(lambda here, kind=kind: open_bulk(here, kind) for kind in ("book", "edit", "delete")),
]


def open_bulk(here, kind: str) -> None:
    """Open the dialog for two machines. It says what prevents the action, once others have taken them."""
    for vm_id in "server-0", "server-5":
        here.card(vm_id).get_by_role("checkbox").set_checked(True)
    here.page.locator(f".bulk-bar [data-bulk-action={kind}]").click()


def test_forty_machines_fit_on_a_laptops_screen(window, start):
    server = start(inventory(60, GROUPS))
    bob = Person(server, "bob@example.com").sign_in()
    for number in range(0, 60, 2):
        done(bob.book(f"server-{number}", 1 + number / 4))
    here = window(Person(server, "carol@example.com").sign_in(), at=server)
    expect(here.cards).to_have_count(60)
    assert here.page.evaluate(COUNT_FULLY_VISIBLE) >= 40


def test_twenty_five_machines_fit_in_the_list_and_the_view_is_remembered(window, start):
    server = start(inventory(60, GROUPS, description="Application server"))
    carol = Person(server, "carol@example.com").sign_in()
    here = window(carol, at=server)
    here.page.get_by_role("button", name=here.text("view.list")).click()
    assert here.page.evaluate(COUNT_FULLY_VISIBLE) >= 25
    here.go()
    assert here.page.evaluate(COUNT_FULLY_VISIBLE) >= 25
    assert overflowing(here) == {}
    here.page.set_viewport_size({"width": 1440, "height": 900})
    here.page.get_by_role("button", name=here.text("view.cards")).click()
    expect(here.page.get_by_role("button", name=here.text("view.list"))).to_be_visible()


def overflowing(here) -> dict[int, object]:
    """Return what overflows the page, by width."""
    found = {}
    for width, height in WIDTHS.items():
        here.page.set_viewport_size({"width": width, "height": height})
        if here.scrolls_sideways() or here.page.evaluate(OVERFLOWS):
            found[width] = here.page.evaluate(OVERFLOWS) or "scrolls"
    return found
