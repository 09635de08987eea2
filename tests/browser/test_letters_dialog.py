"""Users choose in the account dialog which letters they get; the page tells the server their time zone once."""

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.people import Person
from support.server import running
from support.smtp import MailServer
from support.waiting import eventually


@pytest.fixture(scope="module")
def mailing(tmp_path_factory):
    with MailServer() as smtp, running(tmp_path_factory.mktemp("letters"), **smtp.settings) as server:
        yield server


@pytest.fixture
def reader(mailing):
    return Person(mailing, language="en").sign_in()


def opened(here):
    """Open the dialog by the account button; return it."""
    here.page.locator(".avatar").click()
    here.page.get_by_role("button", name="E-mails").click()
    dialog = here.page.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox").first).to_be_focused()
    return dialog


def test_letters_are_chosen_by_keyboard_and_kept(window, mailing, reader):
    first, second, *_ = reader.me()["letters"]
    here = window(reader, at=mailing)
    dialog = opened(here)
    here.page.keyboard.press("Space")
    here.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert [kind for kind, is_wanted in reader.me()["letters"].items() if not is_wanted] == [first]
    dialog = opened(here)
    expect(dialog.get_by_role("checkbox", name=here.text(f"letters.{first}"))).not_to_be_checked()
    expect(dialog.get_by_role("checkbox", name=here.text(f"letters.{second}"))).to_be_checked()


def test_without_mail_there_is_nothing_to_choose(window, alice):
    here = window(alice)
    here.page.locator(".avatar").click()
    expect(here.page.get_by_role("button", name="API tokens")).to_be_visible()
    expect(here.page.get_by_role("button", name="E-mails")).to_have_count(0)


def test_the_page_tells_the_zone_where_the_person_has_none(window, mailing, reader):
    window(reader, at=mailing, timezone_id="Asia/Yekaterinburg")
    eventually(lambda: reader.me()["zone"] == "Asia/Yekaterinburg")


def test_a_zone_that_was_chosen_stays_until_the_user_takes_the_one_of_the_browser(window, mailing, reader):
    done(reader.choose(zone="Europe/Berlin"))
    here = window(reader, at=mailing, timezone_id="Asia/Yekaterinburg")
    dialog = opened(here)
    expect(dialog).to_contain_text("Europe/Berlin")
    assert reader.me()["zone"] == "Europe/Berlin"
    dialog.get_by_role("checkbox", name="Asia/Yekaterinburg").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert reader.me()["zone"] == "Asia/Yekaterinburg"
