"""The trouble with mail of the leader, as the others know it."""

import pytest

from loadzone.domain.leadership import SoleProcess
from loadzone.domain.mail_trouble import MailTrouble
from loadzone.notifications.shared_trouble import REASON_AT_MOST, SharedTrouble
from support.world import NOON

TROUBLE = MailTrouble(NOON, "no connection to mail.example.com:25 \0 («отказано»)")


class Shared:
    """The trouble that the process that leads has told, as both processes know it."""

    def __init__(self, shared="", leads=False):
        self.shared, self.leads = shared, leads

    def share(self, word):
        self.word = word


def word_of(trouble):
    leader = Shared(leads=True)
    SharedTrouble(leader, lambda: trouble)
    return leader.word()


@pytest.mark.parametrize("trouble", [None, TROUBLE])
def test_the_others_know_what_the_leader_knows(trouble):
    word = word_of(trouble)
    assert "\0" not in word, "the database takes no such character"
    assert SharedTrouble(Shared(word), lambda: None)() == trouble


def test_a_reason_is_of_bounded_length():
    assert len(word_of(MailTrouble(NOON, "x" * 10**6))) < 2 * REASON_AT_MOST


def test_a_process_that_leads_or_has_trouble_of_its_own_tells_its_own():
    word = word_of(TROUBLE)
    own = MailTrouble(NOON, "my own")
    assert SharedTrouble(Shared(word, leads=True), lambda: None)() is None
    assert SharedTrouble(Shared(word), lambda: own)() == own
    assert SharedTrouble(SoleProcess(), lambda: own)() == own
