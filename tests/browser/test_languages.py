"""Russian and English: chosen by the browser or the switch, with the right plural forms, errors included."""

import re

import pytest
from playwright.sync_api import expect

from support.answers import done
from support.people import Person


@pytest.mark.parametrize(("language", "word"), [("ru", "Свободные"), ("en", "Free")])
def test_the_page_comes_in_the_language_the_browser_asks_for(window, language, word):
    here = window(language=language)
    expect(here.page.locator("html")).to_have_attribute("lang", language)
    expect(here.page.get_by_role("button", name=re.compile(f"^{word}"))).to_be_visible()
    expect(here.sign_in_button).to_be_visible()


def test_a_strangers_switch_is_remembered(window):
    here = window(language="ru")
    here.page.get_by_role("button", name=here.text("language.switch")).click()
    expect(here.page.locator("html")).to_have_attribute("lang", "en")
    here.go()
    expect(here.page.locator("html")).to_have_attribute("lang", "en")
    expect(here.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_the_language_of_a_person_follows_them_to_other_browsers(window, server):
    person = Person(server).sign_in()
    here = window(person)
    here.open_account()
    here.dialog.get_by_role("button", name="Русский").click()
    expect(here.page.locator("html")).to_have_attribute("lang", "ru")
    elsewhere = window(Person(server, person.email, language=None).sign_in())
    expect(elsewhere.page.locator("html")).to_have_attribute("lang", "ru")


def test_russian_plural_forms_are_right(window, alice, make_vm):
    groups = {}
    for count in 1, 2, 5:
        vms = [make_vm() for _ in range(count)]
        groups[count] = done(alice.make_group(f"Множество {vms[0]}", vms), 201)["name"]
    here = window(alice, language="ru")
    for count, sentence in {
        1: "Её 1 машина останется, но без группы. Это можно отменить в течение 10 минут.",
        2: "Её 2 машины останутся, но без группы. Это можно отменить в течение 10 минут.",
        5: "Её 5 машин останутся, но без группы. Это можно отменить в течение 10 минут.",
    }.items():
        expect(here.section(groups[count])).to_contain_text(f"свободно {count} из {count}")
        here.section(groups[count]).get_by_role("button", name=here.text("group.delete")).click()
        expect(here.dialog.get_by_text(sentence, exact=True)).to_be_visible()
        here.page.keyboard.press("Escape")
        expect(here.dialogs).to_have_count(0)


def test_a_russian_reader_gets_errors_toasts_and_times_in_russian(window, alice, server, vm):
    reader = Person(server, language="ru").sign_in()
    here = window(reader, language="ru")
    here.press("book", vm)
    here.field("hours.other").fill("99")
    expect(here.dialog).to_contain_text("не больше 24 часов за раз")
    here.button("book.submit").click()
    expect(here.dialog.get_by_role("alert")).to_have_text("В поле «На сколько» нужно число больше нуля и не больше 24.")
    here.field("hours.other").fill("1,5")
    here.send()
    expect(here.own_booking(vm)).to_contain_text(re.compile("1 ч 30 мин|1 ч 29 мин"))
    done(alice.cancel(vm, reason="переезд"))
    expect(here.toast("переезд")).to_contain_text(re.compile("alice@example.com.*освобо"))
    expect(here.card(vm)).to_contain_text("Свободна")
    here.press("book", vm)
    expect(here.field("hours.other")).to_have_value("1,5")


def test_no_english_is_left_in_the_frame_of_a_russian_board(window, alice):
    here = window(alice, language="ru")
    frame = " ".join(here.page.locator(".topbar, #groups .sidebar-action").all_inner_texts()).replace("LoadZone", "")
    assert not re.search("[A-Za-z]{3}", frame)
