"""The columns of the list sort the machines within each group, by click and by key. The order is remembered."""

import pytest
from playwright.sync_api import expect

from browser.machines import starter
from browser.queues import join
from support.answers import done
from support.people import WITH_JANITOR, Person, cleared
from support.server import ADMIN, running
from support.waiting import eventually


def servers(*numbers: int) -> list[str]:
    return [f"server-0{number}" for number in numbers]


BY_NAME = servers(1, 2, 3, 4)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running(tmp_path_factory.mktemp("sorting"), starter(), LOADZONE_ADMINS=WITH_JANITOR) as server:
        yield server


@pytest.fixture
def server(served):
    """Return a server on which the machines differ in every column.

    server-01 is booked for longer than server-03, two people wait for the former and one for the latter, and server-02
    is out of service.
    """
    server = cleared(served)
    alice, carol = Person(server, ADMIN).sign_in(), Person(server, "carol@example.com").sign_in()
    done(carol.book("server-01", 5, note="a long run"))
    done(carol.book("server-03", 1))
    done(alice.edit_vm("server-02", maintenance="zzz"))
    for _ in range(2):
        join(Person(server).sign_in(), vm_id="server-01")
    join(alice, vm_id="server-03")
    return server


@pytest.fixture
def here(window, bob):
    opened = window(bob)
    opened.page.get_by_role("button", name=opened.text("view.list")).click()
    return opened


def header(here, column: str):
    return here.page.get_by_role("columnheader", name=here.text(f"columns.{column}"))


def sort(here, column: str) -> None:
    header(here, column).get_by_role("button").click()


def order(here, group: str = "Production") -> list[str]:
    return here.section(group).locator(".card .name").all_text_contents()


@pytest.mark.parametrize(
    ("column", "up", "down"),
    [
        ("name", BY_NAME[::-1], BY_NAME),
        ("ip", BY_NAME, BY_NAME[::-1]),
        ("who", servers(4, 1, 3, 2), servers(2, 1, 3, 4)),
        ("until", servers(3, 1, 2, 4), servers(1, 3, 2, 4)),
        ("waits", servers(3, 1, 2, 4), servers(1, 3, 2, 4)),
    ],
)
def test_a_click_sorts_within_the_groups_and_another_reverses_the_order(here, column, up, down):
    assert order(here) == BY_NAME
    sort(here, column)
    assert order(here) == up
    direction = "descending" if column == "name" else "ascending"
    expect(header(here, column)).to_have_attribute("aria-sort", direction)
    sort(here, column)
    assert order(here) == down
    expect(here.page.locator("[aria-sort]")).to_have_count(1)
    assert sorted(order(here, "Staging")) == ["stage-01", "stage-02", "stage-03"]


def test_sorting_by_key_keeps_the_focus(here):
    button = header(here, "about").get_by_role("button")
    button.focus()
    here.page.keyboard.press("Enter")
    eventually(lambda: order(here)[0] == "server-01")
    here.page.keyboard.press("Enter")
    eventually(lambda: order(here)[0] == "server-02")
    expect(button).to_be_focused()


def test_the_order_is_remembered_and_cards_are_sorted_by_name(here):
    sort(here, "until")
    sort(here, "until")
    by_end = order(here)
    here.go()
    assert order(here) == by_end
    expect(header(here, "until")).to_have_attribute("aria-sort", "descending")
    here.page.get_by_role("button", name=here.text("view.cards")).click()
    assert order(here) == BY_NAME
    expect(here.page.get_by_role("columnheader")).to_have_count(0)
    here.page.get_by_role("button", name=here.text("view.list")).click()
    assert order(here) == by_end


def test_a_machine_that_changes_moves_unless_it_has_the_focus(here, carol):
    sort(here, "until")
    done(carol.cancel("server-03"))  # now held for alice for some minutes
    done(carol.book("server-04", 3))
    expect(here.section("Production").locator(".card .name").nth(1)).to_have_text("server-04")
    assert order(here) == ["server-03", "server-04", "server-01", "server-02"]
    here.card("server-04").locator(".name").focus()
    done(carol.cancel("server-04"))
    expect(here.card("server-04")).to_contain_text("Free")
    expect(here.card("server-04").locator(".name")).to_be_focused()
    assert order(here).index("server-04") == 1


def test_a_new_machine_appears_in_order(here, server):
    alice = Person(server, ADMIN).sign_in()
    sort(here, "about")
    done(alice.add_vm("server-00", 1, description="aaa, first of all"), 201)
    expect(here.card("server-00")).to_be_visible()
    assert order(here).index("server-00") == 1
    assert order(here)[0] == "server-01"
    done(alice.delete_vm("server-00"))


def test_ranges_follow_the_order_shown(here):
    sort(here, "until")
    here.card("server-03").get_by_role("checkbox").click()
    here.card("server-02").get_by_role("checkbox").click(modifiers=["Shift"])
    assert here.page.locator(".card.selected .name").all_text_contents() == ["server-03", "server-01", "server-02"]
