"""`flask --app app data …` on real files: what it says, what it refuses, and that nothing is ever half done."""

import json
import os
import shutil
import signal
import time

import pytest

from support.answers import done
from support.data_commands import kept, launched, run
from support.inventory import from_now, inventory, machine, user
from support.people import Person
from support.server import data_file

BEFORE = inventory(
    [machine("a", group=1), machine("b", "bob@example.com", from_now(hours=2), group=1)],
    [{"id": 1, "name": "One", "vm_ids": ["a", "b"]}],
    {"bob@example.com": user()},
    revision=7,
)
MACHINES = "id,description\na,changed\nnew,added\n"
LITTLE_ROOM = ("prlimit", "--fsize=100")


@pytest.fixture
def data(tmp_path):
    path = data_file(tmp_path, BEFORE)
    path.chmod(0o600)
    return path


@pytest.fixture
def backup(tmp_path):
    path = tmp_path / "yesterday.json"
    path.write_text(json.dumps(inventory([machine("старая")], revision=3, written_by="hand")))
    return path


@pytest.fixture
def machines(tmp_path):
    path = tmp_path / "machines.csv"
    path.write_text(MACHINES)
    return path


def stored(data):
    return json.loads(data.read_bytes())


def ids(data):
    return [vm["id"] for vm in stored(data)["vms"]]


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


# All of them


def test_the_help_names_them(data):
    said = run(data, "--help")
    assert said.code == 0
    for command in ("check", "backups", "restore", "export", "import"):
        assert f"\n  {command} " in said.out


def test_looking_for_commands_touches_no_file(tmp_path):
    assert run(tmp_path / "data.json", "--help").code == 0
    assert list(tmp_path.iterdir()) == []


def test_beside_the_running_server_one_can_look_but_not_change(start, backup, machines):
    server = start(BEFORE)
    before = files(server.data.parent)
    for words in (["check"], ["backups"], ["export", "--format", "csv"], ["import", machines, "--dry-run"]):
        assert run(server.data, *words).code == 0
    for words in (["restore", backup, "--yes"], ["import", machines, "--yes"]):
        said = run(server.data, *words)
        assert (said.code, "stop the server first" in said.err) == (1, True)
    assert files(server.data.parent) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("words", [["restore", "yesterday.json", "--yes"], ["import", "machines.csv", "--yes"]])
def test_what_is_another_users_is_not_changed_since_that_user_could_not_read_it(data, backup, machines, words):
    os.chown(data, 65534, -1)
    before = files(data.parent)
    said = run(data, words[0], data.parent / words[1], *words[2:])
    assert (said.code, "run this as that user" in said.err) == (1, True)
    assert files(data.parent) == before


# check


def test_check_is_about_the_data_file_where_none_is_named(data, tmp_path):
    said = run(data, "check")
    assert said.out == f"{data} is valid: machines: 2, booked: 1, waiting: 0, groups: 1, people: 1\n"
    assert run(tmp_path / "none.json", "check").code == 1


def test_check_names_all_that_is_wrong(data, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"vms": [{"id": "a", "expires_at": "x"}, {"group": "One"}]}')
    said = run(data, "check", bad)
    assert said.code == 1
    assert said.out.splitlines() == [
        "vms[0].expires_at: 'x' is not a time",
        "vms[1].id: is missing",
        "vms[1].group: a whole number is expected here",
    ]
    assert str(bad) in said.err


def test_check_says_what_will_be_mended(data, tmp_path):
    mendable = tmp_path / "mendable.json"
    mendable.write_text(json.dumps(inventory([machine("vm", group=9)], [{"id": 1, "name": "One", "vm_ids": ["x"]}])))
    said = run(data, "check", mendable)
    assert said.code == 0
    assert said.out.count("will be repaired: ") == 2
    assert run(data, "restore", mendable, "--yes").err.count("warning: repaired: ") == 2


def test_what_is_in_a_file_steers_no_terminal(data, machines):
    data.write_text(json.dumps(inventory([machine("\x1b[2J")])))
    said = run(data, "import", machines, "--prune", "--dry-run")
    assert "- \\x1b[2J\n" in said.out
    assert "\x1b" not in said.all


# restore


def test_restore_shows_asks_keeps_what_was_and_puts_the_backup_in_force(data, backup):
    before = data.read_bytes()
    said = run(data, "restore", backup, answer="y\n")
    assert said.code == 0
    assert "now:    machines: 2, booked: 1" in said.out
    assert "backup: machines: 1, booked: 0" in said.out
    assert ids(data) == ["старая"]
    assert stored(data)["written_by"] == "hand"
    assert data.stat().st_mode & 0o777 == 0o600
    [(name, content)] = kept(data).items()
    assert name.endswith("Z-before-restore.json")
    assert content == before


def test_what_the_user_may_not_read_can_be_handed_over(data, backup):
    content = backup.read_text()
    assert run(data, "check", "-", answer=content).code == 0
    assert run(data, "restore", "-", answer=content).code == 1
    assert ids(data) == ["a", "b"]
    assert run(data, "restore", "-", "--yes", answer=content).code == 0
    assert ids(data) == ["старая"]


def test_the_revision_goes_on_so_that_open_pages_follow(data, backup):
    run(data, "restore", backup, "--yes")
    assert stored(data)["revision"] == 8


def test_what_was_restored_is_served_and_can_be_undone_by_its_name(start, data, backup):
    run(data, "restore", backup, "--yes")
    server = start()
    alice = Person(server, "alice@example.com").sign_in()
    assert [vm["id"] for vm in alice.state()["vms"]] == ["старая"]
    server.stop()
    [name] = [name for name in kept(data) if name.endswith("before-restore.json")]
    assert run(data, "restore", name, "--yes").code == 0
    assert ids(data) == ["a", "b"]


def test_a_file_that_cannot_be_read_is_put_right_by_a_backup(data, backup):
    data.write_text('{"vms": [}, "revision": 41}')
    assert run(data, "restore", backup, "--yes").code == 0
    assert (ids(data), stored(data)["revision"]) == (["старая"], 42)
    assert list(kept(data).values()) == [b'{"vms": [}, "revision": 41}']


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_who_does_not_say_yes_keeps_what_is(data, backup, answer):
    before = data.read_bytes()
    assert run(data, "restore", backup, answer=answer).code == 1
    assert data.read_bytes() == before
    assert kept(data) == {}


@pytest.mark.parametrize("content", ["", '{"vms": {}}', None])
def test_what_cannot_be_used_is_not_put_in_force(data, backup, content):
    backup.unlink() if content is None else backup.write_text(content)
    before = data.read_bytes()
    assert run(data, "restore", backup, "--yes").code == 1
    assert data.read_bytes() == before
    assert kept(data) == {}


@pytest.mark.parametrize("name", ["../data.json", "..", "2026-11-24T12Z.json"])
def test_a_name_leads_nowhere_but_to_the_backups(data, backup, name):
    """Whatever is no backup's name is a file as the shell would find it."""
    run(data, "restore", backup, "--yes")
    before = data.read_bytes()
    assert run(data, "restore", name, "--yes").code == 1
    assert data.read_bytes() == before


def test_backups_are_listed_with_what_is_in_them(data, backup):
    assert "there are no backups" in run(data, "backups").out
    run(data, "restore", backup, "--yes")
    [name] = kept(data)
    assert run(data, "backups").out == f"{name}  machines: 2, booked: 1, waiting: 0, groups: 1, people: 1\n"


@pytest.mark.parametrize("words", [["restore", "yesterday.json"], ["import", "machines.csv"]])
def test_without_room_nothing_changes_and_it_is_said(data, backup, machines, words):
    before = files(data.parent)
    said = run(data, words[0], data.parent / words[1], "--yes", wrap=LITTLE_ROOM, PYTHONDONTWRITEBYTECODE="1")
    assert said.code == 1
    assert f"{data} was not changed: File too large" in said.err
    assert files(data.parent) == before


# export and import


def test_the_inventory_goes_into_an_empty_file_and_is_the_same(data, tmp_path):
    shutil.copy("data.json", data)
    for kind, suffix in (("csv", "csv"), ("json", "json"), ("ansible", "yml")):
        out = run(data, "export", "--format", kind).bytes
        (tmp_path / f"out.{suffix}").write_bytes(out)
        other = tmp_path / f"from-{kind}.json"
        assert run(other, "import", tmp_path / f"out.{suffix}", "--yes").code == 0
        assert run(other, "export", "--format", kind).bytes == out
        assert other.stat().st_mode & 0o777 == 0o600


def test_import_shows_what_will_change_asks_and_does_it(data, machines):
    before = data.read_bytes()
    said = run(data, "import", machines, answer="y\n")
    assert said.code == 0
    assert said.out.splitlines()[:3] == [
        "+ new  description 'added'",
        "~ a  description '' -> 'changed'",
        "new groups: 0, machines added: 1, changed: 1, deleted: 0, unchanged: 0, not named and left alone: 1",
    ]
    assert ids(data) == ["a", "b", "new"]
    assert BEFORE["vms"][1].items() <= stored(data)["vms"][1].items()
    assert stored(data)["revision"] == 8
    [(name, content)] = kept(data).items()
    assert name.endswith("Z-before-import.json")
    assert content == before


@pytest.mark.parametrize(("words", "answer"), [(["--dry-run"], ""), ([], "n\n"), ([], "")])
def test_it_is_shown_before_it_happens_and_need_not_happen(data, machines, words, answer):
    before = files(data.parent)
    said = run(data, "import", machines, *words, answer=answer)
    assert said.out.startswith("+ new  description 'added'\n~ a ")
    assert files(data.parent) == before


def test_one_bad_line_refuses_all_and_every_bad_one_is_named(data, machines):
    machines.write_text(MACHINES + "c d,bad name\n,no name\n")
    before = files(data.parent)
    said = run(data, "import", machines, "--yes")
    assert said.code == 1
    assert [line.partition(":")[0] for line in said.out.splitlines()] == ["line 4", "line 5"]
    assert files(data.parent) == before


def test_what_is_in_use_is_not_pruned(data, machines):
    before = files(data.parent)
    said = run(data, "import", machines, "--prune", "--yes")
    assert said.code == 1
    assert "b is booked, held or waited for" in said.out
    assert files(data.parent) == before


def test_what_is_not_is(data, machines):
    machines.write_text("id\nb\n")
    assert run(data, "import", machines, "--prune", "--yes").code == 0
    assert ids(data) == ["b"]
    assert stored(data)["groups"][0]["vm_ids"] == ["b"]


def test_the_format_is_said_where_the_name_does_not(data, machines):
    other = machines.rename(machines.with_suffix(".txt"))
    assert "--format" in run(data, "import", other, "--yes").err
    assert run(data, "import", other, "--format", "csv", "--yes").code == 0
    said = run(data, "import", "-", "--format", "csv", "--yes", answer="id\nfrom-standard-input\n")
    assert said.code == 0
    assert "from-standard-input" in ids(data)


def test_who_waits_gets_what_was_imported_and_a_letter(start, data, machines):
    server = start()
    bob, carol = (Person(server, f"{name}@example.com").sign_in() for name in ("bob", "carol"))
    done(bob.book("a"))
    done(carol.post("/queue/join", {"group_id": 1, "hours": 1}))
    server.stop()
    machines.write_text("id,group\nc,One\n")
    said = run(data, "import", machines, "--yes", SMTP_HOST="127.0.0.1", SMTP_FROM="lz@example.com")
    assert said.code == 0
    assert stored(data)["vms"][-1]["held_for"] == "carol@example.com"
    assert [letter["to"] for letter in stored(data)["outbox"]] == ["carol@example.com"]


# Killed


@pytest.mark.parametrize("command", ["restore", "import"])
def test_killed_at_any_moment_all_or_nothing_has_happened(tmp_path, command):
    data = data_file(tmp_path, BEFORE)
    many = tmp_path / "many.json"
    vms = [{"id": f"vm-{n}", "description": "x" * 400} for n in range(3000)]
    many.write_text(json.dumps({"vms": vms}))
    before = data.read_bytes()
    began = time.monotonic()
    assert run(data, command, many, "--yes").code == 0
    whole, after = time.monotonic() - began, ids(data)
    for number in range(12):
        data.write_bytes(before)
        process = launched(data, command, many, "--yes")
        time.sleep(whole * (0.4 + number / 20))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert ids(data) in (["a", "b"], after)
        assert all(json.loads(content)["vms"] for name, content in kept(data).items() if name.endswith("Z.json"))
    assert run(data, command, many, "--yes").code == 0
    assert ids(data) == after
