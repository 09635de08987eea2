"""Search and filters: by text, group and state; in the address of the page, by keyboard and with the back button."""

import re

import pytest
from playwright.sync_api import expect

from browser.machines import inventory, starter
from browser.window import open_window
from support.answers import done
from support.people import Person
from support.server import running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start with three bookings: server-02 by bob, server-03 with a note and stage-01 for fifteen minutes by carol."""
    with running(tmp_path_factory.mktemp("filters"), starter()) as server:
        bob = Person(server, "bob@example.com").sign_in()
        carol = Person(server, "carol@example.com").sign_in()
        done(bob.book("server-02", 5))
        done(carol.book("server-03", 5, note="Quarterly load run"))
        done(carol.book("stage-01", 0.25))
        yield server


def shown(here) -> list[str]:
    return here.page.locator(".card:visible .name").all_text_contents()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("gpu-01", {"gpu-01"}),
        ("192.168.20.12", {"stage-02"}),
        ("10.10.3.", {"build-01", "build-02", "build-03"}),
        ("windows SERVER", {"build-02"}),
        ("arm64", {"build-03"}),
        ("quarterly", {"server-03"}),
        ("carol", {"server-03", "stage-01"}),
        ("debian docker", {"build-01"}),
        ("build FARM", {"build-01", "build-02", "build-03"}),
        ("ｓtaging -02", {"stage-02"}),
        ("ＳＴＡＧＥ－０２", {"stage-02"}),
        ("st\u034fage-\ufe0f02 \u3164", {"stage-02"}),
    ],
)
def test_the_search_finds_by_every_field(text, found, search_window):
    search_window.search.fill(text)
    expect(search_window.cards).to_have_count(len(found))
    assert set(shown(search_window)) == found


@pytest.fixture(scope="module")
def search_window(browser, server):
    """Return one window for all searches."""
    here = open_window(browser, server, Person(server, "bob@example.com").sign_in()).go()
    yield here
    here.close()


def test_filters_by_state_and_group_are_kept_in_the_address(window, bob):
    here = window(bob)
    kinds = here.page.get_by_role("group", name=here.text("show.label"))
    for key, ids in {
        "show.mine": ["server-02"],
        "show.taken": ["server-03", "stage-01"],
        "show.soon": ["stage-01"],
    }.items():
        kinds.get_by_role("button", name=re.compile(f"^{here.text(key)} {len(ids)}$")).click()
        expect(here.cards).to_have_count(len(ids))
        assert shown(here) == ids
    kinds.get_by_role("button", name=re.compile(f"^{here.text('show.free')} 9")).click()
    expect(here.cards).to_have_count(9)

    groups = here.page.get_by_role("navigation", name=here.text("groups.label"))
    groups.get_by_role("button", name=re.compile("^Production")).click()
    expect(here.cards).to_have_count(2)
    expect(here.section("Staging")).to_have_count(0)
    assert shown(here) == ["server-01", "server-04"]

    friend = window(path=here.page.url.removeprefix(here.server.url))
    expect(friend.cards).to_have_count(2)

    here.page.go_back()
    expect(here.cards).to_have_count(9)
    here.page.go_back()
    expect(here.cards).to_have_count(1)
    here.page.go_forward()
    expect(here.cards).to_have_count(9)


def test_a_slash_focuses_the_search_and_escape_clears_it(window, bob):
    here = window(bob)
    here.page.keyboard.press("/")
    expect(here.search).to_be_focused()
    here.page.keyboard.type("stage/")
    expect(here.search).to_have_value("stage/")
    expect(here.cards).to_have_count(0)
    here.page.keyboard.press("Backspace")
    expect(here.cards).to_have_count(3)
    expect(here.page).to_have_url(re.compile("q=stage"))
    here.page.keyboard.press("Escape")
    expect(here.cards).to_have_count(12)
    expect(here.search).not_to_be_focused()


def test_if_nothing_matches_all_can_be_shown_again(window, bob):
    here = window(bob, path="/?q=nothing+of+this+name&show=free&group=2")
    expect(here.page.get_by_role("heading", name=here.text("empty.nothing_found"))).to_be_visible()
    here.page.get_by_role("button", name=here.text("empty.show_all")).click()
    expect(here.cards).to_have_count(12)
    expect(here.search).to_have_value("")
    expect(here.page).not_to_have_url(re.compile(r"\?"))


def test_a_search_follows_the_names_of_groups(window, alice, bob):
    here = window(bob, path="/?q=quarry")
    expect(here.page.get_by_role("heading", name=here.text("empty.nothing_found"))).to_be_visible()
    done(alice.edit_group(1, name="Quarry"))
    expect(here.cards).to_have_count(4)
    done(alice.edit_group(1, name="Production"))
    expect(here.cards).to_have_count(0)


def test_a_machine_that_changes_appears_and_disappears_under_a_filter(window, bob, carol):
    here = window(bob, path="/?show=free&group=3")
    expect(here.cards).to_have_count(3)
    done(carol.book("build-02"))
    expect(here.cards).to_have_count(2)
    expect(here.page.get_by_role("button", name=re.compile(f"^{here.text('show.free')} 8"))).to_be_visible()
    done(carol.cancel("build-02"))
    expect(here.cards).to_have_count(3)


def test_an_empty_board_tells_the_first_admin_what_to_do(window, start):
    empty = start(inventory(0))
    stranger = window(at=empty)
    expect(stranger.page.get_by_role("heading", name=stranger.text("empty.no_machines"))).to_be_visible()
    expect(stranger.page.get_by_text(stranger.text("empty.sign_in"))).to_be_visible()

    alice = Person(empty, "alice@example.com").sign_in()
    here = window(alice, at=empty)
    expect(here.page.get_by_text(here.text("empty.first_admin_how"))).to_be_visible()
    for step in ("group.create", "empty.people"):
        expect(here.page.get_by_role("main").get_by_role("button", name=here.text(step), exact=True)).to_be_visible()
    here.page.get_by_role("main").get_by_role("button", name=here.text("vm.add")).click()
    here.field("vm.id").fill("the-first")
    here.send()
    expect(here.card("the-first")).to_be_visible()
    expect(stranger.card("the-first")).to_be_visible()
    expect(here.page.get_by_text(here.text("empty.first_admin_how"))).to_be_hidden()


def test_a_deleted_group_is_no_longer_filtered_by(window, alice, bob):
    group = done(alice.make_group("Short-lived"), 201)
    here = window(bob, path=f"/?group={group['id']}")
    expect(here.page.locator(".group-link[aria-current=true]")).to_contain_text("Short-lived")
    done(alice.delete_group(group["id"]))
    expect(here.page.locator(".group-link[aria-current=true]")).to_contain_text("All machines")
    expect(here.cards.first).to_be_visible()
    expect(here.page).to_have_url(re.compile(r"^[^?]*$"))
    here.go(f"/?group={group['id']}")  # a saved address
    expect(here.page.locator(".group-link[aria-current=true]")).to_contain_text("All machines")
    expect(here.cards.first).to_be_visible()
