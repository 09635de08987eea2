"""Each call that changes something is in the history, once: which lines it makes, by whom and how.

A new call needs a row here. tests/unit/test_acts.py has the same for each rule, with all fields.
"""

import pytest

from api.test_matrix import BODIES, ROUTES, Scene
from support.answers import done
from support.people import Person

# The lines of each call as BODIES has it, by the caller of this column; with `token` and `program` by a token.
ACTS = """
POST /link/<token>                         link       released
POST /unsubscribe/<token>                  link       preferences_changed
POST /me                                   holder     preferences_changed
POST /me                                   token      preferences_changed
POST /logout                               holder     signed_out
POST /book                                 holder     booked
POST /book                                 token      booked
POST /renew                                holder     renewed
POST /renew                                token      renewed
POST /renew                                admin      renewed
POST /cancel                               holder     released
POST /cancel                               program    force_released
POST /hand-over                            holder     handed_over
POST /hand-over                            admin      handed_over
POST /note                                 holder     note_changed
POST /note                                 program    note_changed
POST /heartbeat                            token
POST /queue/join                           user       queue_joined
POST /queue/join                           program    queue_joined
POST /queue/leave                          token      queue_left
POST /queue/leave                          admin      queue_removed
DELETE /sessions/<session_id>              holder     signed_out
POST /tokens                               holder     token_made
DELETE /tokens/<token_id>                  holder     token_revoked
DELETE /tokens/<token_id>                  admin      token_revoked
POST /add-vm                               admin      vm_added
POST /add-vm                               program    vm_added
POST /edit-vm                              admin      vm_edited
POST /delete-vm                            admin      vm_deleted
POST /groups                               admin      group_added
POST /groups/<group_id>                    admin      group_renamed
POST /groups/<group_id>/add-existing-vms   admin      vm_moved
POST /remove-vm-from-group                 admin      vm_moved
POST /delete-group                         admin      vm_moved group_deleted
POST /undelete                             admin      vm_undeleted
POST /invite                               admin      invited
POST /users/role                           admin
POST /users/remove                         admin      force_released queue_dropped user_removed
"""
ROWS = [(row[:43].strip(), row[43:].split()[0], row[43:].split()[1:]) for row in ACTS.strip().splitlines()]
VIA = {"link": "link", "token": "token:good", "program": "token:"}


def newest(admin):
    """Return the id of the last line."""
    return done(admin.get("/history?limit=1"))["history"][0]["id"]


def lines_after(admin, last):
    """Return the lines that are newer, oldest first."""
    return [line for line in reversed(done(admin.get("/history?limit=100"))["history"]) if line["id"] > last]


@pytest.mark.parametrize(("row", "column", "actions"), ROWS, ids=[f"{row} by {column}" for row, column, _ in ROWS])
def test_a_call_is_in_the_history_once(server, row, column, actions):
    scene = Scene(server)
    caller = "stranger" if column == "link" else column
    path = scene.path(row.split(" ")[1], "")
    last = newest(scene.alice)
    options = {"json": scene.filled(BODIES[row])} if row in BODIES else {}
    answer = scene.callers[caller].request(row.split(" ")[0], path, **options)
    assert answer.status_code in (200, 201), answer.text
    lines = [line for line in lines_after(scene.alice, last) if line["actor"]]  # others end by themselves meanwhile
    assert sorted(line["action"] for line in lines) == sorted(actions)
    for line in lines:
        assert line["actor"] == (scene.holder.email if column == "link" else actor_of(scene, column))
        assert line["via"].startswith(VIA.get(column, "")), line
        assert bool(line["via"]) == (column in VIA)


def actor_of(scene, column):
    if column == "program":
        return scene.boss.email
    return scene.holder.email if column == "token" else scene.callers[column].email


def test_every_call_that_changes_something_has_a_row():
    signing_in = "POST /auth"  # has a test of its own, below
    assert {signing_in, *(row for row, _, _ in ROWS)} == {row for row in ROUTES if not row.startswith("GET ")}


def test_signing_in_and_out_are_lines(server, alice):
    person = Person(server)
    last = newest(alice)
    person.sign_in()
    done(person.post("/logout"))
    person.sign_in()
    mine = [line["action"] for line in lines_after(alice, last) if line["actor"] == person.email]
    assert mine == ["user_added", "signed_out", "signed_in"]
