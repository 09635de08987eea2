"""API tokens on the page: created and shown once, listed, revoked; a booking shows the token that made it."""

import re

import pytest
import requests
from playwright.sync_api import expect

from support.answers import done
from support.people import Person


def token_of(person: Person, name: str) -> str:
    return done(person.post("/tokens", {"name": name, "days": 30}), 201)["token"]


def get_me(token: str, server) -> requests.Response:
    return requests.get(f"{server.url}/me", headers={"Authorization": f"Bearer {token}"}, timeout=10)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_token_is_created_shown_once_copied_and_works(window, server, newcomer, language):
    here = window(newcomer, language=language, permissions=["clipboard-read", "clipboard-write"])
    here.choose_in_account("tokens.title")
    expect(here.dialog).to_contain_text(here.text("tokens.none"))
    here.button("tokens.new").click()
    here.field("tokens.name").fill("nightly-perf")
    here.dialog.get_by_role("radio", name={"en": "30 days", "ru": "30 дней"}[language]).check()
    here.button("tokens.make").click()

    expect(here.dialog).to_contain_text(here.text("tokens.once"))
    shown = here.dialog.get_by_text(re.compile("^lz_"))
    token = shown.inner_text()
    here.page.mouse.click(5, 5)
    expect(shown).to_be_visible()
    shown.click()
    expect(here.toast(here.text("copy.done", text=here.text("tokens.token")))).to_be_visible()
    assert here.page.evaluate("navigator.clipboard.readText()") == token
    expect(here.dialog).to_contain_text(f'curl -H "Authorization: Bearer {token}" {server.url}/vms')
    expect(here.dialog).to_contain_text(f"curl {server.url}/cli -o loadzone")
    here.button("tokens.kept").click()
    expect(here.dialogs).to_have_count(1)

    row = here.dialog.get_by_role("listitem").filter(has_text="nightly-perf")
    expect(row).to_contain_text(here.text("tokens.unused"))
    assert token not in here.page.content()
    assert get_me(token, server).json()["email"] == newcomer.email

    here.page.keyboard.press("Escape")
    here.choose_in_account("tokens.title")
    expect(row).to_contain_text(here.text("tokens.used", time="").strip())


def test_an_existing_name_is_refused_and_the_input_stays(window, newcomer):
    token_of(newcomer, "nightly")
    here = window(newcomer)
    here.choose_in_account("tokens.title")
    here.button("tokens.new").click()
    here.field("tokens.name").fill("nightly")
    here.button("tokens.make").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("You already have a token “nightly”")
    expect(here.field("tokens.name")).to_have_value("nightly")


def test_revoking_asks_for_confirmation_and_ends_the_token(window, server, newcomer):
    token = token_of(newcomer, "nightly")
    here = window(newcomer)
    here.choose_in_account("tokens.title")
    here.dialog.get_by_role("button", name=f"{here.text('tokens.revoke')}: nightly").click()
    expect(here.dialog).to_contain_text(here.text("tokens.revoke_what"))
    assert get_me(token, server).ok
    here.send()
    expect(here.toast(here.text("tokens.revoked", name="nightly"))).to_be_visible()
    expect(here.dialog).to_contain_text(here.text("tokens.none"))
    assert get_me(token, server).status_code == 401


def test_an_admin_sees_and_revokes_tokens_of_others(window, server, alice, newcomer):
    token = token_of(newcomer, "somebody's")
    here = window(alice)
    here.choose_in_account("users.title")
    row = here.dialog.get_by_role("listitem").filter(has_text=newcomer.email)
    row.get_by_role("button", name=here.text("tokens.short")).click()
    expect(here.dialog).to_contain_text(newcomer.email)
    expect(here.button("tokens.new")).to_have_count(0)
    here.dialog.get_by_role("button", name=re.compile(here.text("tokens.revoke"))).click()
    here.send()
    expect(here.dialog).to_contain_text(here.text("tokens.none"))
    assert get_me(token, server).status_code == 401


@pytest.mark.parametrize(("language", "via"), [("en", "via nightly-perf"), ("ru", "через nightly-perf")])
def test_a_booking_by_a_token_names_the_token(window, server, bob, newcomer, vm, language, via):
    token = token_of(newcomer, "nightly-perf")
    body = {"vm_id": vm, "hours": 2, "heartbeat_minutes": 10}
    answer = requests.post(f"{server.url}/book", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    done(answer)
    here = window(bob, language=language)
    expect(here.card(vm)).to_contain_text(f"{newcomer.email.split('@')[0]} {via}")
    here.open_machine(vm)
    expect(here.dialog).to_contain_text(newcomer.email)
    expect(here.dialog).to_contain_text(via)
    expect(here.dialog).to_contain_text({"en": "for 10 minutes", "ru": "на связь 10 минут"}[language])


def test_the_account_links_to_the_description_of_the_api(window, newcomer):
    here = window(newcomer)
    here.open_account()
    expect(here.dialog.get_by_role("link", name=here.text("account.docs"), exact=True)).to_have_attribute(
        "href", "/docs"
    )
