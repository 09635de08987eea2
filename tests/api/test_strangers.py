"""LOADZONE_STRANGERS=none: whoever is not signed in sees no machines, no groups and no people."""

import pytest

from api.test_matrix import ROUTES, Scene
from support.answers import done, refusal
from support.people import Person
from support.server import ADMIN

CLOSED = ("GET /vms", "GET /groups")
FOR_THE_BEARER = ("/link/", "/unsubscribe/")


@pytest.fixture(scope="module")
def server(medium, tmp_path_factory):
    with medium.running(tmp_path_factory.mktemp("closed"), LOADZONE_STRANGERS="none") as server:
        yield server


@pytest.mark.parametrize("row", ROUTES)
def test_a_stranger_is_refused_what_shows_the_board_and_nothing_else(server, row):
    expected = "401" if row in CLOSED else ROUTES[row]["stranger"]
    assert Scene(server).call("stranger", row) == expected


@pytest.mark.parametrize("row", [row for row in ROUTES if not any(part in row for part in FOR_THE_BEARER)])
def test_no_answer_to_a_stranger_names_a_machine_a_group_or_a_person(server, row):
    scene = Scene(server)
    method, rule = row.split(" ")
    answer = scene.callers["stranger"].request(method, scene.path(rule, "/static/none.js"), headers={"Accept": "*/*"})
    machines, people = (scene.free, scene.held, scene.taken), (ADMIN, scene.holder.email, scene.user.email, "p…@")
    names = (*machines, *people, f"Of {scene.free.rpartition('-')[2]}")
    assert [name for name in names if name in answer.text] == []


@pytest.mark.parametrize("path", ["/vms", "/groups"])
def test_the_refusal_says_to_sign_in_and_is_kept_nowhere(server, alice, charlie, path):
    tag = alice.get(path).headers.get("ETag", '"a"')
    for headers in ({}, {"If_None_Match": tag}, {"If_None_Match": "*"}, {"Accept_Encoding": "gzip"}):
        answer = charlie.get(path, **headers)
        assert refusal(answer) == (401, "not_signed_in")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_members_and_their_programs_see_the_board_as_ever(alice, server):
    token = done(alice.make_token("closed"), 201)["token"]
    program = alice.program(token)
    for _ in range(2):  # the second answer comes from the cache
        for person in (alice, program):
            answer = person.get("/vms")
            assert answer.status_code == 200
            assert person.get("/vms", If_None_Match=answer.headers["ETag"]).status_code == 304
    assert program.get("/groups").status_code == 200


def test_the_answer_cached_for_members_is_not_given_to_strangers(server, newcomer, charlie):
    for _ in range(3):
        assert newcomer.get("/vms").status_code == 200
        assert charlie.get("/vms").status_code == 401
    cookies = newcomer.http.cookies.copy()
    done(newcomer.sign_out())
    assert newcomer.get("/vms").status_code == 401
    newcomer.http.cookies = cookies  # a copy of the cookie opens nothing
    assert newcomer.get("/vms").status_code == 401


def test_the_page_holds_no_board_until_one_signs_in(server, make_vm, newcomer, charlie):
    vm = make_vm()
    for headers in ({}, {"Accept_Encoding": "gzip"}):
        text = charlie.get("/", **headers).text
        assert vm not in text
        assert 'class="closed"' in text
    assert vm in newcomer.get("/").text


def test_by_default_strangers_see_the_board(start):
    stranger = Person(start())
    assert stranger.get("/vms").status_code == 200
    assert 'class="closed"' not in stranger.get("/").text
