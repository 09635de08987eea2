"""Check each answer in the API tests against /openapi.json: status, code, headers and shape."""

import pytest
import requests

from support.answers import done
from support.description import Description
from support.people import Person


@pytest.fixture(scope="session")
def description(file_server):
    return Description(done(Person(file_server).get("/openapi.json")))


@pytest.fixture(autouse=True)
def check_answers_against_description(description, monkeypatch):
    send, faults = requests.Session.send, []

    def checked_send(session, request, **options):
        answer = send(session, request, **options)
        if not options.get("stream"):  # with `stream` the test reads the bytes itself
            faults.append(description.fault(answer))
        return answer

    monkeypatch.setattr(requests.Session, "send", checked_send)
    yield
    assert [fault for fault in faults if fault] == []
