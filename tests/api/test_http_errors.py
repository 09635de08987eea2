"""Errors that occur before any rule runs: JSON for scripts, never an error page of the framework."""

import re
import socket

import pytest

from loadzone import __version__
from loadzone.config import BODY_AT_MOST
from support.answers import done, refusal
from support.calls import CHANGING_CALLS, WITH_BODY


@pytest.mark.parametrize(
    "path", ["/no-such-thing", "/vms/1", "/book/", "/groups/1/x", "/static/no-such-file.js", "/%00", "/..%2fapp.py"]
)
def test_an_unknown_path_is_not_found(bob, path):
    assert refusal(bob.post(path, {})) in ((404, "not_found"), (405, "method_not_allowed"))
    assert bob.get(path).status_code == 404


def test_a_missing_static_file_is_not_found_with_any_token(bob):
    folder = re.search(r"/static/\w+/", bob.get("/").text)[0]
    answers = [bob.get(f"{folder}nope.js", **headers) for headers in ({}, {"Authorization": "Bearer lz_no_token"})]
    assert [refusal(answer) for answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", path) for path in WITH_BODY if path not in ("/me", "/groups", "/tokens")]
    + [
        ("POST", "/vms"),
        ("POST", "/users"),
        ("POST", "/healthz"),
        ("POST", "/"),
        ("PUT", "/book"),
        ("DELETE", "/vms"),
        ("PATCH", "/me"),
        ("GET", "/tokens/0123456789abcdef"),
        ("POST", "/openapi.json"),
        ("POST", "/cli"),
    ],
)
def test_the_wrong_method_is_refused(alice, method, path):
    answer = alice.request(method, path, json={} if method != "GET" else None)
    assert refusal(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", CHANGING_CALLS)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", None],
)
def test_a_body_of_another_content_type_is_refused(alice, path, content_type):
    assert refusal(alice.post_raw(path, '{"everywhere": true}', content_type)) == (415, "not_json")
    assert alice.is_signed_in()


@pytest.mark.parametrize("path", WITH_BODY)
@pytest.mark.parametrize(
    "body",
    ["{", "", "nonsense", "[]", "7", '"text"', "null", "\ufeff{}", "{'a': 1}", '{"a": 1} more', b"\xff\xfe", b"\x00"],
)
def test_a_body_that_is_not_a_json_object_is_refused(alice, path, body):
    assert refusal(alice.post_raw(path, body)) == (400, "bad_input")
    assert alice.is_signed_in()


def test_json_with_a_charset_is_accepted(bob, vm):
    done(bob.post_raw("/book", f'{{"vm_id": "{vm}", "hours": 1}}', "application/json; charset=utf-8"))


def test_deeply_nested_json_does_no_harm(bob, vm):
    nested = "[" * 100_000 + "]" * 100_000
    answer = bob.post_raw("/book", f'{{"vm_id": "{vm}", "hours": 1, "extra": {nested}}}')
    assert answer.status_code < 500
    answer = bob.post_raw("/book", f'{{"vm_id": {nested}, "hours": 1}}')
    assert refusal(answer)[0] in (400, 413)


def head_of_length(server, length: int) -> str:
    host = f"127.0.0.1:{server.port}"
    return f"POST /book HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"


def test_a_body_too_large_is_refused_before_it_is_read(server):
    head = head_of_length(server, 1_000_000_000)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"{")
        answer = connection.recv(100)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_the_refusal_of_a_body_too_large_is_json(bob, vm):
    answer = bob.post("/book", {"vm_id": vm, "hours": 1, "note": "x" * BODY_AT_MOST})
    assert refusal(answer) == (413, "too_large")
    assert bob.vm(vm)["state"] == "free"


def test_a_large_body_without_a_length_is_refused(bob, vm):
    pieces = (b"x" * 10_000 for _ in range(BODY_AT_MOST // 10_000 + 1))
    answer = bob.http.post(
        bob.server.url + "/book", data=pieces, headers={"Content-Type": "application/json"}, timeout=20
    )
    assert refusal(answer)[0] in (400, 411, 413)


def test_an_incomplete_body_does_no_harm(server, bob):
    head = head_of_length(server, 50)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + b'{"vm_id": ')
    assert done(bob.get("/healthz"))["status"] == "ok"
    assert "Traceback" not in server.log


def test_head_answers_without_a_body(bob):
    for path in ("/", "/vms", "/me", "/groups", "/healthz"):
        answer = bob.request("HEAD", path)
        assert (answer.status_code, answer.content) == (200, b"")


def test_a_browser_gets_a_page_for_an_unknown_path(bob):
    answer = bob.get("/no-such-page", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Traceback" not in answer.text
    assert "Werkzeug" not in answer.text


def test_healthz_names_the_version(charlie):
    health = done(charlie.get("/healthz"))
    assert (health["status"], health["version"]) == ("ok", __version__)


def test_the_log_has_no_stack_trace_for_a_persons_mistake(alice, server):
    """This test is last in the file: all requests above went to this server."""
    alice.post_raw("/book", "{")
    assert "Traceback" not in server.log
