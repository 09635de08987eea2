"""Every answer that the tests of the API get is one that /openapi.json describes: status, code, headers and shape."""

import pytest
import requests

from support.answers import done
from support.description import Description
from support.people import Person


@pytest.fixture(scope="session")
def description(shared_server):
    return Description(done(Person(shared_server).get("/openapi.json")))


@pytest.fixture(autouse=True)
def all_is_described(description, monkeypatch):
    send, faults = requests.Session.send, []

    def watched(session, request, **options):
        answer = send(session, request, **options)
        if not options.get("stream"):  # there the test reads the bytes itself
            faults.append(description.fault(answer))
        return answer

    monkeypatch.setattr(requests.Session, "send", watched)
    yield
    assert [fault for fault in faults if fault] == []
