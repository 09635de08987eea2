"""Larger text answers are sent as gzip to clients that accept it, and uncompressed to others."""

import re

import pytest

LONG = "x" * 400


@pytest.fixture
def raw(bob, make_vm):
    """Return a function that requests a path with this Accept-Encoding, and returns the answer and its raw bytes.

    The board is made long enough to be compressed.
    """
    for _ in range(3):
        make_vm(description=LONG)

    def ask(path, encoding, **headers):
        response = bob.request("GET", path, headers={"Accept-Encoding": encoding, **headers}, stream=True)
        return response, response.raw.read(decode_content=False)

    return ask


def static_path(bob, name):
    return re.search(rf"/static/\w+/{re.escape(name)}", bob.get("/").text)[0]


@pytest.mark.parametrize("path", ["/vms", "/", "/openapi.json"])
def test_gzip_is_sent_to_clients_that_accept_it(raw, bob, path):
    compressed, compressed_bytes = raw(path, "gzip")
    plain, plain_bytes = raw(path, "identity")
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(compressed_bytes) < len(plain_bytes) / 2
    assert len(compressed_bytes) == int(compressed.headers["Content-Length"])
    for response in (compressed, plain):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("encoding", ["identity", "", "br", "gzip;q=0", "gzip;q=0, *"])
def test_clients_without_gzip_get_plain_answers(raw, encoding):
    response, body = raw("/vms", encoding)
    assert "Content-Encoding" not in response.headers
    assert body.startswith(b'{"vms":')


def test_each_encoding_of_the_board_has_its_etag_and_is_not_sent_twice(raw):
    tags = {encoding: raw("/vms", encoding)[0].headers["ETag"] for encoding in ("gzip", "identity")}
    assert len(set(tags.values())) == 2
    for encoding, tag in tags.items():
        again, body = raw("/vms", encoding, **{"If-None-Match": tag})
        assert (again.status_code, body) == (304, b"")


def test_the_compressed_board_is_never_out_of_date(raw, bob, vm):
    raw("/vms", "gzip")
    assert bob.book(vm).ok
    assert bob.vm(vm)["booked_by"] == bob.email


def test_static_files_are_compressed_and_cached_for_a_year(raw, bob):
    response, _ = raw(static_path(bob, "page.js"), "gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert {"public", "immutable", "max-age=31536000"} <= set(response.headers["Cache-Control"].split(", "))
    assert response.headers["Content-Type"].startswith("text/javascript")


def test_short_answers_are_not_compressed(raw):
    response, _ = raw("/healthz", "gzip")
    assert "Content-Encoding" not in response.headers
