"""The page and the server have one rule for when two names are the same."""

import json
import unicodedata
from collections import defaultdict

from loadzone.domain.names import name_key
from support.server import ROOT


def is_compared(character):
    """Leave out what this Python does not know yet; and the Turkish dotless i, which the page takes for an i."""
    return name_key(character) != "ı" and (unicodedata.category(character) != "Cn" or not name_key(character))


def test_the_pages_rule_and_the_servers_are_the_same_for_every_character(browser):
    numbers = [number for number in range(0x110000) if not 0xD800 <= number < 0xE000 and is_compared(chr(number))]
    source = (ROOT / "static" / "names.js").read_text(encoding="utf-8")
    page = browser.new_page()
    keys = page.evaluate(
        """async ([source, numbers]) => {
          const { nameKey } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
          return JSON.stringify(numbers.map((number) => nameKey(String.fromCodePoint(number))));
        }""",
        [source, numbers],
    )
    page.close()
    assert same_by(json.loads(keys), numbers) == same_by([name_key(chr(number)) for number in numbers], numbers)


def same_by(keys, numbers):
    """Return the sets of characters that have one key."""
    sets = defaultdict(set)
    for number, key in zip(numbers, keys, strict=True):
        sets[key].add(number)
    return {frozenset(one) for one in sets.values()}
