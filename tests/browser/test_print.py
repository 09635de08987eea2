"""Printing: the machines with their details, dark on white, without controls."""

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
