"""The admin's dialog of people: finding somebody among thousands, when they were last here, what they have."""

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.inventory import from_now, inventory, machine, stamp, user
from support.server import ADMIN, running

MANY = 5000
SHOWN = 100


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    users = {f"person-{number:04}@example.com": user() for number in range(MANY)}
    users["kim@xn--80akhbyknj4f.xn--p1ai"] = user(seen=stamp(from_now(hours=-200)))
    held = [machine(f"vm-{number}", "person-0042@example.com", from_now(hours=5)) for number in range(3)]
    with running(tmp_path_factory.mktemp("people"), inventory(held, users=users)) as server:
        yield server


def listed(here):
    return here.dialog.get_by_role("listitem")


def opened(window, alice, **options):
    here = window(alice, **options)
    here.choose_in_account("users.title")
    expect(listed(here)).to_have_count(SHOWN)
    return here


def test_somebody_is_found_among_thousands_while_one_types(window, alice):
    here = opened(window, alice)
    expect(here.dialog.locator("[data-count]")).to_contain_text("The first 100 of 5,002 people")
    expect(here.field("users.search")).to_be_focused()
    here.page.keyboard.type("PERSON-0042")
    expect(listed(here)).to_have_count(1)
    expect(listed(here)).to_contain_text("person-0042@example.com")
    expect(listed(here)).to_contain_text("has 3 machines")
    expect(listed(here)).to_contain_text(here.text("users.seen_unknown"))
    expect(here.dialog.locator("[data-count]")).to_contain_text("1 of 5,002 people")
    assert accessibility_violations(here) == []
    here.page.keyboard.press("Enter")
    expect(listed(here)).to_have_count(1)
    before = here.field("users.search").bounding_box()
    here.field("users.search").fill("zz")
    expect(listed(here)).to_have_count(0)
    assert here.field("users.search").bounding_box() == before
    here.field("users.search").fill("")
    expect(listed(here)).to_have_count(SHOWN)
    assert here.field("users.search").bounding_box() == before


def test_a_domain_is_found_in_its_own_script_and_several_words_in_any_order(window, alice):
    here = opened(window, alice)
    for text in ("Kim@испытание.рф", "испытание.рф kim", "ｋｉｍ@", "p1ai"):
        here.field("users.search").fill(text)
        expect(listed(here)).to_have_count(1)
        expect(listed(here)).to_contain_text("kim@xn--80akhbyknj4f.xn--p1ai")


def test_the_dialog_tells_the_role_and_the_last_use_and_keeps_the_search_after_a_change(window, alice):
    here = opened(window, alice)
    here.field("users.search").fill(ADMIN)
    expect(listed(here)).to_contain_text(here.text("role.admin_by_settings"))
    expect(listed(here)).to_contain_text("last seen: today")
    here.field("users.search").fill("0042")
    listed(here).get_by_role("button", name=here.text("users.make_admin")).click()
    expect(listed(here)).to_have_count(1)
    expect(listed(here)).to_contain_text(here.text("role.admin"))
    listed(here).get_by_role("button", name=here.text("users.make_user")).click()
    expect(listed(here)).to_contain_text(here.text("role.user"))


def test_it_fits_a_small_phone(window, alice):
    here = opened(window, alice, viewport={"width": 320, "height": 600}, language="ru")
    assert not here.scrolls_sideways()
    assert here.page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.querySelector('dialog'))"
    )


def test_somebody_is_removed_with_a_pseudonym(window, alice, server):
    here = opened(window, alice)
    here.field("users.search").fill("person-0077")
    listed(here).get_by_role("button", name=here.text("users.remove")).click()
    box = here.dialog.get_by_role("checkbox", name=here.text("users.pseudonym"))
    expect(box).not_to_be_checked()
    expect(box).to_have_accessible_description(here.text("users.pseudonym_hint"))
    assert accessibility_violations(here) == []
    box.check()
    here.dialog.get_by_role("button", name=here.text("users.remove"), exact=True).click()
    expect(here.page.get_by_text("person-0077@example.com was removed; the name is now person-")).to_be_visible()
    assert "person-0077@example.com" not in server.stored()["users"]
