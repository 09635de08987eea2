"""The page's texts in two parts: its first bundle uses only those in the page; the rest is in a file for later."""

import json
import re
from pathlib import Path

import pytest

from loadzone import i18n
from loadzone.web import bundler, texts

ALL = {language: {**i18n.PAGE[language], **i18n.SERVER[language]} for language in i18n.LANGUAGES}
STATIC = Path(__file__).parents[2] / "static"


def later_texts(language: str) -> dict:
    return json.loads(texts.files()[texts.file_of(language)])


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_each_text_of_the_page_is_in_one_of_the_two_parts(language):
    first, later = texts.first_texts(language), later_texts(language)["strings"]
    assert first.keys() & later.keys() == set()
    assert first | later == i18n.PAGE[language]
    assert len(later) > 100


def test_the_first_bundle_uses_no_text_of_dialogs():
    sources = {path.relative_to(STATIC).as_posix(): path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js")}
    code = bundler.join_modules(sources, "main.js", "page.js").text
    used = {key for key in later_texts("en")["strings"] if f'"{key}"' in code}
    assert used == set()
    assert [start for start in texts.OF_DIALOGS if f"`{start}" in code] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_file_has_the_sentences_that_the_page_makes_and_no_letters(language):
    sentences = later_texts(language)["sentences"]
    assert {"hours", "minutes", "by.via", "notice.held", "error.vm_taken"} <= sentences.keys()
    assert not any(key.startswith(("mail.", "link.")) for key in sentences)


# The sentences that speak of mail. Each says that there is none, or is shown only where mail is sent: `codes_in_log` of
# the page's settings tells, or the answer to the call.
OF_MAIL = ("error.bad_input.email", "invite.", "letters.", "mail.", "sign_in.", "unsubscribe.")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_only_sentences_that_know_whether_mail_is_sent_speak_of_it(language):
    sentences = {key: re.sub(r"\{email\}|e-mail address", "", str(entry)) for key, entry in ALL[language].items()}
    spoken = [key for key, text in sentences.items() if re.search("mail|почт|письм", text, re.IGNORECASE)]
    assert [key for key in spoken if not key.startswith(OF_MAIL)] == []
