"""The page makes the sentences of notifications and refusals itself: the server's, with times in the reader's zone."""

import itertools
import re
import string
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from browser.queues import hold
from loadzone import i18n
from loadzone.domain.events import EVENT_KINDS, Event, Reach
from loadzone.lib.times import iso
from loadzone.notifications.messages import messages_of
from loadzone.schemas.refusal_text import COUNTED, ENDINGS, sentence
from support.answers import done

ZONE = "Asia/Yekaterinburg"  # UTC+5 all year
IN_THAT_ZONE = timezone(timedelta(hours=5))
UNTIL = datetime(2131, 3, 30, 13, 4, tzinfo=timezone.utc)
TOLD = [kind.name for kind in EVENT_KINDS.values() if kind.reach is not Reach.NOBODY]
# The page's module, with the state that the page has.
SENTENCES = """async ([name, facts]) => {
  const { $sentences } = await import(document.querySelector('script[type="module"]').src);
  await $sentences.loadSentences();
  return facts.map((one) => $sentences[name](one));
}"""
INSTANTS = {"until": UNTIL, "expires_at": UNTIL, "earliest": UNTIL, "latest": UNTIL}
FACTS = {"max": 4096, "min": 0.5, "used": 1.5, "count": 5, **INSTANTS}
HOURS = (1, 2, 5, 11, 21, 1.5, 2.25, 0.25, 0.0001, 0.9999, 2.5 / 60, 1234.5)


def events():
    """Return events of each kind, in all their variants, with commits in which they are too many to tell one by one."""
    for kind in TOLD:
        plain = {"by": "ann@x.y", "to": "bob@x.y", "vm_id": "vm-7", "group": "Perf {by} $&", "until": UNTIL, "hours": 4}
        yield [Event(kind, **plain, role="user")]
        yield [Event(kind, **plain, reason="disk <swap>", role="admin", via="nightly", vm_ids=("a", "b"))]
        yield [Event(kind, **plain, role="admin", vm_ids=("a", "b", "c", "d", "e"))]
        if EVENT_KINDS[kind].by_place:
            yield [Event(kind, **{**plain, "vm_id": None, "group_id": 3})]
        if kind in ("handed_over", "booked"):  # by the person who had it; for somebody else
            yield [Event(kind, **{**plain, "to": None}, receiver="carol@x.y")]
        if kind != "role_changed":
            yield from ([Event(kind, to="bob@x.y", vm_id=str(n)) for n in range(count)] for count in (6, 21, 10_000))
    for hours in HOURS:
        yield [Event("booked", by="ann@x.y", to="ann@x.y", vm_id="vm-7", hours=hours)]


def refusals():
    """Return code and facts of every refusal, in all its variants, with several numbers for its plural forms."""
    for code in sorted({key.split(".")[1] for key in i18n.SERVER["en"] if key.startswith("error.")}):
        keys = [key for key in i18n.SERVER["en"] if key == f"error.{code}" or key.startswith(f"error.{code}.")]
        conditions = ENDINGS.get(f"error.{code}", ())
        named = {name for key in keys for name in placeholders("en", key)}
        facts = {name: FACTS.get(name, f"{name}, {{by}} $&") for name in named}
        counted = COUNTED.get(f"error.{code}", ("n", 1))[0]
        for chosen in itertools.product(*(choices(condition, keys) for condition in conditions)):
            for number in (1, 2, 5, 21, 1_250):
                given = facts | dict(chosen) | {"n": number}
                given[counted] = 0 if counted in dict(chosen) and dict(chosen)[counted] is None else number
                if i18n.key_for(f"error.{code}", given, ENDINGS) in keys:  # some variants exclude each other
                    yield code, given


def choices(condition: tuple[str, str, str], keys: list[str]) -> list[tuple[str, object]]:
    """Return the fact with values that lead to each of the endings: None, and "set" or what stands for `{}`."""
    fact, if_set, _ = condition
    endings = [key.split(".", 2)[2] for key in keys if key.count(".") == 2]
    return [(fact, value) for value in (None, *(endings if "{}" in if_set else [FACTS.get(fact, "set")]))]


def placeholders(language: str, key: str) -> set[str]:
    entry = i18n.SERVER[language][key]
    texts = entry.values() if isinstance(entry, dict) else [entry]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture
def here(window, bob, request):
    return window(bob, language=request.param, timezone_id=ZONE)


def without_times(text: str, language: str) -> str:
    """Return a sentence of the server or of the page with a mark in the place of its times."""
    on_page = {"en": "30 Mar 2131, 18:04", "ru": "30 мар. 2131 г., 18:04"}[language]
    return text.replace(i18n.moment(language, UNTIL), "(time)").replace(on_page, "(time)").replace("\u202f", " ")


@pytest.mark.parametrize("here", ["en", "ru"], indirect=True)
def test_each_notification_is_the_servers_but_for_the_time(here):
    language = here.page.evaluate("document.documentElement.lang")
    messages = [message for told in events() for message in messages_of(told)]
    facts = [{**message.notification(language), "msg": "not used"} for message in messages]
    made = here.page.evaluate(SENTENCES, ["notificationText", facts])
    servers = [message.sentence(language) for message in messages]
    assert [without_times(text, language) for text in made] == [without_times(text, language) for text in servers]
    assert any("18:04" in text for text in made)
    assert not any(i18n.moment(language, UNTIL) in text for text in made)
    said = {key for key in i18n.SERVER[language] if key.startswith("notice.")}
    assert {key for key in said if not any(fits(language, key, text) for text in servers)} == set()


@pytest.mark.parametrize("here", ["en", "ru"], indirect=True)
def test_each_refusal_is_the_servers_but_for_the_time(here):
    language = here.page.evaluate("document.documentElement.lang")
    cases = list(refusals())
    bodies = [
        {"error": "not used", "code": code}
        | {name: iso(value) if isinstance(value, datetime) else value for name, value in facts.items()}
        for code, facts in cases
    ]
    made = here.page.evaluate(SENTENCES, ["refusalText", bodies])
    servers = [sentence(code, facts, language) for code, facts in cases]
    assert [without_times(text, language) for text in made] == [without_times(text, language) for text in servers]
    assert any("18:04" in text for text in made)
    assert not any(i18n.moment(language, UNTIL) in text for text in made)
    said = {key for key in i18n.SERVER[language] if key.startswith("error.")}
    assert {key for key in said if not any(fits(language, key, text) for text in servers)} == set()


def fits(language: str, key: str, text: str) -> bool:
    """Return whether the text was made from the entry of the catalogue under this key."""
    entry = i18n.SERVER[language][key]
    forms = entry.values() if isinstance(entry, dict) else [entry]
    patterns = ("".join(re.escape(part) + (".*" if name else "") for part, name, _, _ in string.Formatter().parse(form))
                for form in forms)  # fmt: skip
    return any(re.fullmatch(pattern, text, re.DOTALL) for pattern in patterns)


def local(instant: str) -> str:
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(IN_THAT_ZONE).strftime("%H:%M")


@pytest.mark.parametrize(
    ("here", "words"), [("en", "is held for you until"), ("ru", "отложена для вас до")], indirect=["here"]
)
def test_a_turn_is_told_in_the_zone_of_the_reader(vm, here, words, bob, carol):
    hold(vm, for_=bob, by=carol)
    until = local(bob.vm(vm)["held_until"])
    at_the_end = re.compile(rf"{until}$")
    expect(here.toast(f"{vm} {words}").locator(".message")).to_have_text(at_the_end)
    listed = here.dialog.get_by_role("listitem").filter(has_text=words).locator(".message")
    for _ in range(2):
        here.page.locator("#account .bell").click()
        expect(listed).to_have_text(at_the_end)
        here.go()


@pytest.mark.parametrize(("here", "words"), [("en", "The latest possible end"), ("ru", "не позже")], indirect=["here"])
def test_a_refusal_is_told_in_the_zone_of_the_reader(vm, here, words, bob):
    done(bob.book(vm, 24))
    for _ in range(6):
        done(bob.renew(vm, 23.9))
    latest = datetime.fromisoformat(bob.renew(vm, 1).json()["latest"].replace("Z", "+00:00")).astimezone(IN_THAT_ZONE)
    within_five_minutes = "|".join(f"{latest + timedelta(minutes=n):%H:%M}" for n in range(6))
    here.own_booking(vm).locator("[data-action='renew-by']").click()
    expect(here.toast(words).locator(".message")).to_have_text(re.compile(rf" (?:{within_five_minutes})\.$"))


def test_without_the_catalogue_the_servers_sentence_is_shown(window, bob, carol, vm):
    here = window(bob, path=None, timezone_id=ZONE)
    here.page.route("**/texts.en.json", lambda route: route.abort())
    here.may_lose_connection = True
    here.go()
    here.errors.clear()
    hold(vm, for_=bob, by=carol)
    expect(here.toast(f"{vm} is held for you until")).to_contain_text("UTC")
    here.errors[:] = [error for error in here.errors if "ERR_FAILED" not in error]
