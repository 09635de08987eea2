"""Somebody leaves traces in the history, and is removed with a pseudonym."""

from support.answers import done
from support.people import Person
from support.waiting import eventually

LEAVING = "bobby.tables@example.com"
ADMINS = {"LOADZONE_ADMINS": "alice@example.com"}


def used(server):
    """Have somebody book, hand over and be spoken of; return the admin."""
    alice = Person(server, "alice@example.com").sign_in()
    bob = Person(server, LEAVING).sign_in()
    done(alice.add_vm("vm"), 201)
    done(bob.book("vm", note="for Bobby Tables"))
    done(alice.cancel("vm", reason="Bobby Tables is on holiday"))
    done(bob.book("vm"))
    done(bob.hand_over("vm", alice.email))
    return alice


def naming(rows):
    """Return the rows that name the person."""
    return [row for row in rows if "bobby" in repr(row).lower()]


def check_all_has_it(server, rows, alice, kills):
    """Remove the person, and check that the history gets the pseudonym, which is returned. `rows()` are its lines."""
    eventually(lambda: len(naming(rows())) >= 4)
    pseudonym = done(alice.remove_user(LEAVING, pseudonym=True))["pseudonym"]
    if kills:
        server.kill()
        server.start()
    eventually(lambda: not naming(rows()))
    reasons = [row[2] for row in rows()]
    assert f"{pseudonym} is on holiday" in reasons
    assert sum(pseudonym in row for row in rows()) >= 4
    return pseudonym
