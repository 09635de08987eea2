"""The links of a reminder lead to pages with one button, which works once and for this booking only."""

import pytest

from support.answers import done, is_russian
from support.inventory import moment
from support.links import Follower, button, heading
from support.people import Person
from support.server import Server, running


class Reminded:
    """The two links of a reminder, renew and release, with the server and a browser that is not signed in."""

    def __init__(self, server: Server, tokens: list[str], email: str, vm: str) -> None:
        self.server, self.vm, self.email = server, vm, email
        self.browser = Follower(server)
        self.open, self.press = self.browser.open, self.browser.press
        self.holder = Person(server, email).sign_in()
        self.tokens = list(dict.fromkeys(tokens))

    def machine(self) -> dict:
        return self.holder.vm(self.vm)

    def token_for(self, word: str) -> str:
        """Return the token whose page has this word on its button."""
        return self.browser.find(self.tokens, word)


@pytest.fixture(scope="module")
def server(smtp, tmp_path_factory):
    with running(tmp_path_factory.mktemp("links"), LOADZONE_REMIND_MINUTES="5", **smtp.settings) as server:
        yield server


@pytest.fixture
def reminded(smtp, server, reader, vm):
    done(reader.book(vm, 5 / 60 + 0.5 / 3600))
    letter = smtp.wait_for_letter(reader.email, vm)
    return Reminded(server, letter.links, reader.email, vm)


def test_opening_a_link_changes_nothing(reminded):
    before, revision = reminded.machine(), reminded.holder.state()["revision"]
    for token in reminded.tokens:
        for _ in range(3):
            answer = reminded.open(token)
            assert answer.status_code == 200
            assert answer.headers["Content-Type"].startswith("text/html")
            assert answer.text.count("<button") == 1
            assert reminded.vm in answer.text
        reminded.browser.request("HEAD", f"/link/{token}")
        reminded.browser.request("OPTIONS", f"/link/{token}")
    assert reminded.machine() == before
    assert reminded.holder.state()["revision"] == revision


def test_the_renew_button_renews(reminded):
    before = reminded.machine()
    token = reminded.token_for("renew")
    answer = reminded.press(token)
    assert answer.status_code == 200
    assert button(answer) == ""
    assert 'href="/"' in answer.text
    assert "?vm=" not in answer.text, "the link to the board names no machine that has no name"
    after = reminded.machine()
    assert moment(after["expires_at"]) > moment(before["expires_at"])
    assert after["booked_by"] == reminded.email
    assert reminded.holder.actions(reminded.vm) == ["book", "renew"]


@pytest.mark.parametrize("word", ["renew", "release"])
def test_the_links_of_a_renamed_machine_act_on_it(reminded, alice, word):
    old = reminded.vm
    done(alice.edit_vm(old, id=f"{old}-new"))
    reminded.vm = f"{old}-new"
    token, before = reminded.token_for(word), reminded.machine()
    page = reminded.open(token)
    assert f"{old}-new" in page.text
    answer = reminded.press(token, page)
    assert answer.status_code == 200
    assert f"{old}-new" in answer.text
    after = reminded.machine()
    if word == "renew":
        assert moment(after["expires_at"]) > moment(before["expires_at"])
    else:
        assert after["booked_by"] is None


def test_the_renew_button_works_once(reminded):
    token = reminded.token_for("renew")
    reminded.press(token)
    after = reminded.machine()
    again = reminded.press(token)
    assert again.status_code < 500
    assert button(again) == button(reminded.open(token)) == ""
    assert reminded.machine() == after


def test_the_release_button_releases_once(reminded):
    token = reminded.token_for("release")
    answer = reminded.press(token)
    assert answer.status_code == 200
    assert reminded.machine()["state"] == "free"
    assert reminded.holder.actions(reminded.vm)[-1] == "cancel"
    assert button(reminded.press(token)) == ""


def test_both_links_are_void_once_the_end_has_moved(reminded):
    done(reminded.holder.renew(reminded.vm))
    before = reminded.machine()
    for token in reminded.tokens:
        assert button(reminded.open(token)) == ""
        assert button(reminded.press(token)) == ""
    assert reminded.machine() == before


def test_the_renew_button_is_refused_while_others_wait(reminded):
    token, release = reminded.token_for("renew"), reminded.token_for("release")
    done(Person(reminded.server).sign_in().join(reminded.vm))
    before = reminded.machine()
    page = reminded.open(token)
    assert (page.status_code, button(page), heading(page)) == (409, "", "This is not possible now")
    assert f"{reminded.vm} cannot be renewed" in page.text
    assert f"?vm={reminded.vm}" in page.text
    answer = reminded.press(token, Accept_Language="ru")
    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith("text/html")
    assert is_russian(answer.text)
    assert reminded.machine() == before
    reminded.press(release)
    assert reminded.machine()["state"] == "held"


def test_the_page_of_a_machine_that_goes_out_of_service_offers_only_what_is_allowed(reminded, alice):
    renew, release = reminded.token_for("renew"), reminded.token_for("release")
    done(alice.edit_vm(reminded.vm, maintenance="disk <swap>"))
    page = reminded.open(renew, Accept_Language="ru")
    assert (page.status_code, button(page), heading(page)) == (409, "", "Сейчас это невозможно")
    assert "disk &lt;swap&gt;" in page.text
    assert button(reminded.open(release)) != ""


def test_both_links_are_void_for_a_machine_that_was_deleted_or_is_another_persons(reminded, alice):
    done(alice.delete_vm(reminded.vm, force=True))
    done(alice.add_vm(reminded.vm), 201)
    done(Person(reminded.server).sign_in().book(reminded.vm))
    for token in reminded.tokens:
        page = reminded.open(token)
        assert (page.status_code, button(page), heading(page)) == (410, "", "This link is no longer valid")


def test_both_links_are_void_for_the_next_booking(reminded):
    done(reminded.holder.cancel(reminded.vm))
    other = Person(reminded.server).sign_in()
    booked = done(other.book(reminded.vm))
    for token in reminded.tokens:
        reminded.press(token)
    assert reminded.machine() == booked


def test_links_work_after_a_restart(reminded):
    reminded.server.restart()
    reminded.press(reminded.token_for("release"))
    assert reminded.machine()["state"] == "free"


def test_a_forged_link_does_nothing(reminded):
    before = reminded.machine()
    token = reminded.tokens[0]
    middle = len(token) // 2
    other = "A" if token[middle] != "A" else "B"
    for forged in (
        token[:middle] + other + token[middle + 1 :],
        token[:-1],
        token + "A",
        "x",
        "a.b.c",
        "%00",
        "é" * 300,
    ):
        for answer in (reminded.open(forged), reminded.press(forged)):
            assert 400 <= answer.status_code < 500 or answer.status_code == 200
            assert answer.headers["Content-Type"].startswith("text/html")
            assert button(answer) == ""
    assert reminded.machine() == before
    assert "Traceback" not in reminded.server.log


def test_another_site_cannot_press_the_button(reminded):
    before = reminded.machine()
    for token in reminded.tokens:
        assert reminded.press(token, Origin="https://evil.example").status_code == 403
    assert reminded.machine() == before
    assert (
        reminded.press(reminded.tokens[0], Origin=reminded.server.url, Sec_Fetch_Site="same-origin").status_code == 200
    )
    assert reminded.machine() != before


def test_the_page_is_in_the_language_of_the_browser(reminded):
    for token in reminded.tokens:
        assert is_russian(reminded.open(token, Accept_Language="ru").text)
        assert not is_russian(reminded.open(token, Accept_Language="en").text)


def test_the_page_is_kept_from_caches_and_sends_no_referrer(reminded):
    headers = reminded.open(reminded.tokens[0]).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_links_have_the_public_address(smtp, start, soon):
    start(
        soon("public@example.com", seconds=0.5),
        LOADZONE_REMIND_MINUTES="5",
        LOADZONE_BASE_URL="https://lz.example.com/",
        **smtp.settings,
    )
    assert smtp.wait_for_letter("public@example.com").text.count("https://lz.example.com/link/") == 2
