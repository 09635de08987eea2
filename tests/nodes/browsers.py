"""Browsers and programs that ask one node after another."""

import copy

from support.people import Person


def at(node, person):
    """Return the same browser or program, which asks this node."""
    there = copy.copy(person)
    there.server = node
    return there


def without_cookie(person, name="seen"):
    """Return a browser with the session alone, as a script may have copied it."""
    script = Person(person.server, person.email)
    script.http.cookies.update({cookie.name: cookie.value for cookie in person.http.cookies if cookie.name != name})
    return script
