"""Access matrix: the status of every endpoint and socket event for every kind of caller. New ones need a row here.

The callers: `user` is signed in and not concerned by the call. `holder` is the person whom the call concerns, `token`
a token of that person, and `program` a token of an admin. `elsewhere` is an admin's browser on a page of another site.
`untyped` is an admin's call whose body is not declared as JSON.
"""

import itertools
import re

import pytest
import socketio

from app import create_app
from loadzone.config import Config
from loadzone.domain.links import LinkTarget, mark_of
from loadzone.lib.times import parse_time
from loadzone.notifications.signed_links import SignedLinks
from support.answers import done
from support.listener import Listener
from support.people import Person
from support.server import ADMIN, ROOT

ENDPOINTS = """
                                      stranger user holder admin token program revoked elsewhere untyped
GET /                                      200  200    200   200   200     200     401       200       -
GET /static/*/<filename>                   200  200    200   200   200     200     200       200       -
GET /healthz                               200  200    200   200   200     200     401       200       -
GET /docs                                  200  200    200   200   200     200     401       200       -
GET /openapi.json                          200  200    200   200   200     200     401       200       -
GET /cli                                   200  200    200   200   200     200     401       200       -
GET /link/<token>                          200  200    200   200   200     200     401       200       -
POST /link/<token>                         200  200    200   200   200     200     401       403     200
GET /unsubscribe/<token>                   200  200    200   200   200     200     401       200       -
POST /unsubscribe/<token>                  200  200    200   200   200     200     401       200     200
GET /me                                    200  200    200   200   200     200     401       200       -
POST /me                                   401  200    200   200   200     200     401       403     415
POST /auth                                 200  200    200   200   200     200     401       403     415
POST /logout                               200  200    200   200   403     403     401       403     415
GET /vms                                   200  200    200   200   200     200     401       200       -
GET /groups                                200  200    200   200   200     200     401       200       -
GET /history                               401  200    200   200   200     200     401       200       -
GET /history.csv                           401  200    200   200   200     200     401       200       -
POST /book                                 401  200    200   200   200     200     401       403     415
POST /renew                                401  403    200   200   200     200     401       403     415
POST /cancel                               401  403    200   200   200     200     401       403     415
POST /hand-over                            401  403    200   200   200     200     401       403     415
POST /note                                 401  403    200   200   200     200     401       403     415
POST /heartbeat                            401  403    200   403   200     403     401       403     415
POST /queue/join                           401  200    409   200   409     200     401       403     415
POST /queue/leave                          401  403    200   200   200     200     401       403     415
GET /sessions                              401  200    200   200   403     403     401       200       -
DELETE /sessions/<session_id>              401  404    200   404   403     403     401       403     415
GET /usage                                 401  200    200   200   200     200     401       200       -
GET /usage.csv                             401  200    200   200   200     200     401       200       -
GET /tokens                                401  200    200   200   403     403     401       200       -
POST /tokens                               401  201    201   201   403     403     401       403     415
DELETE /tokens/<token_id>                  401  404    200   200   403     403     401       403     415
POST /add-vm                               401  403    403   201   403     201     401       403     415
POST /edit-vm                              401  403    403   200   403     200     401       403     415
POST /delete-vm                            401  403    403   200   403     200     401       403     415
POST /groups                               401  403    403   201   403     201     401       403     415
POST /groups/<group_id>                    401  403    403   200   403     200     401       403     415
POST /groups/<group_id>/add-existing-vms   401  403    403   200   403     200     401       403     415
POST /remove-vm-from-group                 401  403    403   200   403     200     401       403     415
POST /delete-group                         401  403    403   200   403     200     401       403     415
POST /undelete                             401  403    403   200   403     200     401       403     415
GET /users                                 401  403    403   200   403     200     401       200       -
POST /invite                               401  403    403   200   403     403     401       403     415
POST /users/role                           401  403    403   200   403     403     401       403     415
POST /users/remove                         401  403    403   200   403     403     401       403     415
"""
SOCKETS = """
               stranger user holder admin token program revoked elsewhere
connect             yes  yes    yes   yes   yes     yes      no        no
change              yes  yes    yes   yes   yes     yes      no        no
notification         no  yes    yes   yes   yes     yes      no        no
"""
BODIES = {
    "POST /me": {"language": "en"},
    "POST /auth": {"email": "somebody@example.com"},
    "POST /logout": {"everywhere": False},
    "POST /book": {"vm_id": "{free}", "hours": 1},
    "POST /renew": {"vm_id": "{held}", "hours": 1},
    "POST /cancel": {"vm_id": "{held}"},
    "POST /hand-over": {"vm_id": "{held}", "email": ADMIN},
    "POST /note": {"vm_id": "{held}", "note": "new"},
    "POST /heartbeat": {"vm_ids": ["{held}"]},
    "POST /queue/join": {"vm_id": "{held}", "hours": 1},
    "POST /queue/leave": {"vm_id": "{taken}", "email": "{holder}"},
    "POST /tokens": {"name": "{new}", "days": 1},
    "POST /add-vm": {"id": "{new}"},
    "POST /edit-vm": {"vm_id": "{held}", "description": "new"},
    "POST /delete-vm": {"vm_id": "{held}", "force": True},
    "POST /groups": {"name": "{new}", "vm_ids": []},
    "POST /groups/<group_id>": {"name": "{new}"},
    "POST /groups/<group_id>/add-existing-vms": {"vm_ids": ["{held}"]},
    "POST /remove-vm-from-group": {"vm_id": "{free}"},
    "POST /delete-group": {"group_id": "{group_id}"},
    "POST /undelete": {"vm_ids": ["{gone}"]},
    "POST /invite": {"emails": ["{new_email}"]},
    "POST /users/role": {"email": "{holder}", "role": "user"},
    "POST /users/remove": {"email": "{holder}"},
}
ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
_numbers = itertools.count(1)


def table(text: str) -> dict[str, dict[str, str]]:
    """Return the cells by row and column."""
    columns, *rows = text.strip().splitlines()
    names = columns.split()
    split_rows = [row.rsplit(maxsplit=len(names)) for row in rows]
    return {row: dict(zip(names, cells, strict=True)) for row, *cells in split_rows}


ROUTES, EVENTS = table(ENDPOINTS), table(SOCKETS)


class Scene:
    """New people and machines for each call, so that calls do not affect each other."""

    def __init__(self, server) -> None:
        number = next(_numbers)
        self.alice, *others = Person(server, ADMIN), Person(server), Person(server), Person(server)
        self.boss, self.holder, self.user = others
        for person in (self.alice, *others):
            person.sign_in()
        done(self.alice.give_role(self.boss.email, "admin"))
        self.free, self.held, self.taken, self.gone, self.new = (
            f"{name}-of-{number}" for name in ("free", "held", "taken", "gone", "new")
        )
        for vm_id in (self.free, self.held, self.taken, self.gone):
            done(self.alice.add_vm(vm_id), 201)
        done(self.alice.delete_vm(self.gone))
        self.group = done(self.alice.make_group(f"Of {number}", [self.free]), 201)["id"]
        self.booked = done(self.holder.book(self.held, heartbeat_minutes=60))
        done(self.alice.book(self.taken))
        done(self.holder.join(self.taken))
        self.token, revoked = (done(self.holder.make_token(name), 201) for name in ("good", "revoked"))
        done(self.holder.revoke(revoked["id"]))
        texts = {"token": self.token["token"], "revoked": revoked["token"]}
        texts["program"] = done(self.boss.make_token(), 201)["token"]
        programs = {column: Person(server).program(text) for column, text in texts.items()}
        people = {"stranger": Person(server), "user": self.user, "holder": self.holder, "admin": self.alice}
        self.callers = {**people, **programs, "elsewhere": self.alice, "untyped": self.alice}

    @property
    def link(self) -> str:
        times = parse_time(self.booked["booked_at"]), parse_time(self.booked["expires_at"])
        links = SignedLinks("a key for tests alone, of a decent length", "")
        target = LinkTarget("release", self.holder.email, frozenset([mark_of(self.held, *times)]))
        return links.url(target).rpartition("/")[2]

    @property
    def session(self) -> str:
        """The id of a session of the holder in another browser."""
        Person(self.holder.server, self.holder.email).sign_in()
        return next(one["id"] for one in done(self.holder.get("/sessions")) if not one["current"])

    @property
    def unsubscribe(self) -> str:
        links = SignedLinks("a key for tests alone, of a decent length", "")
        return links.unsubscribe_url(self.holder.email, "reminder").rpartition("/")[2]

    def filled(self, value):
        """Return the value with the placeholders replaced by this scene's machines, group and people."""
        if isinstance(value, dict):
            return {name: self.filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        values = {"{group_id}": self.group, "{holder}": self.holder.email}
        values |= {"{new_email}": f"{self.new}@example.com"}
        values |= {f"{{{name}}}": getattr(self, name) for name in ("free", "held", "taken", "gone", "new")}
        return values.get(value, value) if isinstance(value, str) else value

    def path(self, rule: str, script: str) -> str:
        values = {
            "<session_id>": self.session,
            "<group_id>": str(self.group),
            "<token_id>": self.token["id"],
            "<token>": self.link,
        }
        values |= {"<token>": self.unsubscribe} if rule.startswith("/unsubscribe") else {}
        values["/static/*/<filename>"] = script
        for variable, value in values.items():
            rule = rule.replace(variable, value)
        return rule

    def call(self, column: str, row: str) -> str:
        method, rule = row.split(" ")
        script = self.user.get("/").text.partition('src="')[2].partition('"')[0]
        options = {"headers": ELSEWHERE if column == "elsewhere" else {}}
        if column == "untyped":
            options |= {"data": "{}", "headers": {"Content-Type": "text/plain"}}
        elif row in BODIES:
            options["json"] = self.filled(BODIES[row])
        return str(self.callers[column].request(method, self.path(rule, script), **options).status_code)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    app = create_app(Config(data=tmp_path_factory.mktemp("app") / "data.json", secret_key="a key for tests alone"))
    yield app
    app.extensions["loadzone"].store.close()


def test_every_route_has_a_row(app):
    rows = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"<\1>", re.sub(r"^/static/\w+/", "/static/*/", rule.rule))
        rows += [f"{method} {path}" for method in rule.methods - {"HEAD", "OPTIONS"}]
    assert sorted(ROUTES) == sorted(rows)


@pytest.mark.parametrize("row", ROUTES)
def test_an_endpoint_answers_each_caller_as_listed(server, row):
    expected = {column: status for column, status in ROUTES[row].items() if status != "-"}
    found, scene = {}, None
    for column in expected:
        scene = scene or Scene(server)
        found[column] = scene.call(column, row)
        if found[column].startswith("2") and not row.startswith("GET "):
            scene = None
    assert found == expected


def test_every_socket_event_has_a_row(app):
    """Clients can send no event but `connect`. The events sent to them are those in broadcaster.py."""
    server = app.extensions["socketio"].server
    assert set(server.handlers["/"]) == {"connect"}
    broadcaster = (ROOT / "loadzone/notifications/broadcaster.py").read_text(encoding="utf-8")
    sent = re.findall(r'\.send\(\w+, "(\w+)"', broadcaster)
    assert sent
    assert set(EVENTS) == {"connect", *sent}


@pytest.mark.parametrize("column", EVENTS["connect"])
def test_a_socket_receives_the_events_listed(server, column):
    scene = Scene(server)
    origin = ELSEWHERE["Origin"] if column == "elsewhere" else None
    headers = {"Authorization": scene.callers[column].http.headers.get("Authorization"), "Origin": origin}
    received = {"connect"}
    try:
        with Listener(scene.callers[column], **{name: text for name, text in headers.items() if text}) as listener:
            for _ in range(2):  # the events of the first round come before the change of the second
                done(scene.user.book(scene.free))
                done(scene.user.cancel(scene.free))
                listener.wait_for_change(scene.user.state()["revision"])
            received |= {event for event, _ in listener.received}
    except socketio.exceptions.ConnectionError:
        received = set()
    assert received == {event for event, row in EVENTS.items() if row[column] == "yes"}
