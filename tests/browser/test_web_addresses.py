"""Web addresses in notes, descriptions and reasons are links, and nothing else is."""

import pytest
from playwright.sync_api import expect

from browser.window import accessibility_violations
from support.answers import done

TEXTS = [
    ("see https://ci.example.com/job/7.", ["https://ci.example.com/job/7"]),
    ("(http://a.example/b_(c)) and https://b.example:8443/x?y=1&z=%20#top!", [
        "http://a.example/b_(c)",
        "https://b.example:8443/x?y=1&z=%20#top",
    ]),
    ("см.https://пример.рф/путь, «https://c.example/»", ["https://пример.рф/путь", "https://c.example/"]),
    ("HTTPS://D.EXAMPLE/", ["HTTPS://D.EXAMPLE/"]),
    ("https:// http://? xhttps://e.example ftp://f.example javascript:alert(1) data:text/html,x www.g.example", []),
    ("https://h.example/\"onmouseover=\"window.hit=1 <a href='https://i.example/'>", [
        "https://h.example/",
        "https://i.example/",
    ]),
]  # fmt: skip

DESCRIBE = """(nodes) => nodes.map((node) =>
    [node.localName, node.getAttributeNames().sort().join(" "), node.rel, node.target])"""


@pytest.mark.parametrize(("text", "addresses"), TEXTS)
def test_only_web_addresses_become_links(window, bob, vm, text, addresses):
    done(bob.book(vm, note=text))
    here = window(bob)
    here.open_machine(vm)
    note = here.dialog.locator("dd", has_text=text.split()[0])
    expect(note).to_have_text(text)
    shown = note.locator("*").evaluate_all(DESCRIBE)
    assert shown == [["a", "href rel target", "noopener", "_blank"]] * len(addresses)
    assert note.locator("a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))") == addresses
    assert note.locator("a").all_inner_texts() == addresses


def test_the_dialog_of_a_machine_links_its_texts(window, alice, make_vm):
    vm = make_vm(description="wiki: https://wiki.example.com/perf")
    done(alice.book(vm, note="build https://ci.example.com/job/7"))
    done(alice.edit_vm(vm, maintenance="https://tickets.example.com/" + "9" * 100))
    here = window(alice)
    here.open_machine(vm)
    links = here.dialog.get_by_role("link")
    expect(links).to_have_count(3)
    expect(links.first).to_have_attribute("href", "https://ci.example.com/job/7")
    assert accessibility_violations(here, "dialog[open]") == []
    here.page.set_viewport_size({"width": 320, "height": 640})
    assert not here.scrolls_sideways()
    assert here.dialog.locator(".body").evaluate("(body) => body.scrollWidth <= body.clientWidth")
    here.context.route("https://ci.example.com/**", lambda route: route.fulfill(body="the build"))
    with here.context.expect_page() as opened:
        links.first.click()
    assert opened.value.evaluate("window.opener") is None
    expect(here.dialog).to_be_visible()
