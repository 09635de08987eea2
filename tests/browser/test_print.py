"""Printing: the machines with their details, dark on white, without controls."""

import re

from playwright.sync_api import expect

from support.answers import done

BARS = (".topbar", "#groups", "#own-machines", ".toasts", ".bulk-bar", ".column-headers")
NOT_PRINTED = (*BARS, ".select-box >> nth=0", ".card .action >> nth=0")


def test_the_page_prints_as_a_clean_list(window, newcomer, make_vm):
    vm, other = make_vm(external_ip="10.1.2.3"), make_vm()
    done(newcomer.book(vm, 2, note="on paper"))
    here = window(newcomer, color_scheme="dark")
    here.card(other).get_by_role("checkbox").click()
    expect(here.page.get_by_role("region", name=here.text("bulk.label"))).to_be_visible()
    here.page.emulate_media(media="print")
    for part in NOT_PRINTED:
        expect(here.page.locator(part)).to_be_hidden()
    expect(here.card(vm)).to_be_visible()
    expect(here.card(vm).get_by_text("10.1.2.3")).to_be_visible()
    red, green, blue = (int(part) for part in here.style(".card .name", "color")[4:-1].split(","))
    assert max(red, green, blue) < 120


def test_the_paper_says_when_it_was_printed_and_in_which_zone(window, newcomer):
    here = window(newcomer, timezone_id="Asia/Yekaterinburg")
    line = here.page.locator(".print-date")
    expect(line).to_be_hidden()
    here.page.emulate_media(media="print")
    here.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(line).to_have_text(re.compile(r"As of \w+,? .* \d\d:\d\d:\d\d GMT\+05:00$"))
    expect(line).to_be_visible()
