"""What is text and of some size comes as gzip to whoever takes it, and unchanged to the others."""

import re

import pytest

LONG = "x" * 400


@pytest.fixture
def raw(bob, make_vm):
    """Asks with that Accept-Encoding, for a board that is long enough; gives the answer and its bytes on the wire."""
    for _ in range(3):
        make_vm(description=LONG)

    def ask(path, encoding, **headers):
        response = bob.request("GET", path, headers={"Accept-Encoding": encoding, **headers}, stream=True)
        return response, response.raw.read(decode_content=False)

    return ask


def static_path(bob, name):
    return re.search(rf"/static/\w+/{re.escape(name)}", bob.get("/").text)[0]


@pytest.mark.parametrize("path", ["/vms", "/", "/openapi.json"])
def test_gzip_for_whoever_takes_it_and_the_same_plain(raw, bob, path):
    packed, wire = raw(path, "gzip")
    plain, whole = raw(path, "identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(wire) < len(whole) / 2
    assert len(wire) == int(packed.headers["Content-Length"])
    for response in (packed, plain):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("encoding", ["identity", "", "br", "gzip;q=0", "gzip;q=0, *"])
def test_nobody_gets_what_they_cannot_read(raw, encoding):
    response, wire = raw("/vms", encoding)
    assert "Content-Encoding" not in response.headers
    assert wire.startswith(b'{"vms":')


def test_either_form_of_the_board_has_its_tag_and_is_not_sent_twice(raw):
    tags = {encoding: raw("/vms", encoding)[0].headers["ETag"] for encoding in ("gzip", "identity")}
    assert len(set(tags.values())) == 2
    for encoding, tag in tags.items():
        again, wire = raw("/vms", encoding, **{"If-None-Match": tag})
        assert (again.status_code, wire) == (304, b"")


def test_the_packed_board_is_never_an_old_one(raw, bob, vm):
    raw("/vms", "gzip")
    assert bob.book(vm).ok
    assert bob.vm(vm)["booked_by"] == bob.email


def test_static_files_are_packed_too_and_kept_for_good(raw, bob):
    response, _ = raw(static_path(bob, "page.js"), "gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert {"public", "immutable", "max-age=31536000"} <= set(response.headers["Cache-Control"].split(", "))
    assert response.headers["Content-Type"].startswith("text/javascript")


def test_what_is_short_stays_as_it_is(raw):
    response, _ = raw("/healthz", "gzip")
    assert "Content-Encoding" not in response.headers
