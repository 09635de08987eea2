"""`flask --app app data export` and `import` on real files: what is shown, asked, changed and refused."""

import shutil

import pytest

from process.data_files import BEFORE, MACHINES, files, ids, stored
from support.answers import done
from support.data_commands import backups_of, run
from support.people import Person


def test_an_exported_inventory_imports_into_an_empty_file_unchanged(data, tmp_path):
    shutil.copy("data.json", data)
    for kind, suffix in (("csv", "csv"), ("json", "json"), ("ansible", "yml")):
        out = run(data, "export", "--format", kind).bytes
        (tmp_path / f"out.{suffix}").write_bytes(out)
        other = tmp_path / f"from-{kind}.json"
        assert run(other, "import", tmp_path / f"out.{suffix}", "--yes").code == 0
        assert run(other, "export", "--format", kind).bytes == out
        assert other.stat().st_mode & 0o777 == 0o600


def test_import_shows_the_changes_asks_and_makes_them(data, machines):
    before = data.read_bytes()
    ended = run(data, "import", machines, answer="y\n")
    assert ended.code == 0
    assert ended.out.splitlines()[:3] == [
        "+ new  description 'added'",
        "~ a  description '' -> 'changed'",
        "new groups: 0, machines added: 1, changed: 1, deleted: 0, unchanged: 0, not named and left alone: 1",
    ]
    assert ids(data) == ["a", "b", "new"]
    assert BEFORE["vms"][1].items() <= stored(data)["vms"][1].items()
    assert stored(data)["revision"] == 8
    [(name, content)] = backups_of(data).items()
    assert name.endswith("Z-before-import.json")
    assert content == before


@pytest.mark.parametrize(("words", "answer"), [(["--dry-run"], ""), ([], "n\n"), ([], "")])
def test_changes_are_shown_and_nothing_happens_without_a_yes(data, machines, words, answer):
    before = files(data.parent)
    ended = run(data, "import", machines, *words, answer=answer)
    assert ended.out.startswith("+ new  description 'added'\n~ a ")
    assert files(data.parent) == before


def test_one_bad_line_refuses_the_import_and_all_bad_lines_are_named(data, machines):
    machines.write_text(MACHINES + "c d,bad name\n,no name\n")
    before = files(data.parent)
    ended = run(data, "import", machines, "--yes")
    assert ended.code == 1
    assert [line.partition(":")[0] for line in ended.out.splitlines()] == ["line 4", "line 5"]
    assert files(data.parent) == before


def test_machines_in_use_are_not_pruned(data, machines):
    before = files(data.parent)
    ended = run(data, "import", machines, "--prune", "--yes")
    assert ended.code == 1
    assert "b is booked, held or waited for" in ended.out
    assert files(data.parent) == before


def test_machines_that_are_not_in_use_are_pruned(data, machines):
    machines.write_text("id\nb\n")
    assert run(data, "import", machines, "--prune", "--yes").code == 0
    assert ids(data) == ["b"]
    assert stored(data)["groups"][0]["vm_ids"] == ["b"]


def test_the_format_must_be_named_if_the_file_name_does_not_say_it(data, machines):
    other = machines.rename(machines.with_suffix(".txt"))
    assert "--format" in run(data, "import", other, "--yes").err
    assert run(data, "import", other, "--format", "csv", "--yes").code == 0
    ended = run(data, "import", "-", "--format", "csv", "--yes", answer="id\nfrom-standard-input\n")
    assert ended.code == 0
    assert "from-standard-input" in ids(data)


def test_people_who_wait_get_imported_machines_and_a_letter(start, data, machines):
    server = start()
    bob, carol = (Person(server, f"{name}@example.com").sign_in() for name in ("bob", "carol"))
    done(bob.book("a"))
    done(carol.post("/queue/join", {"group_id": 1, "hours": 1}))
    server.stop()
    machines.write_text("id,group\nc,One\n")
    ended = run(data, "import", machines, "--yes", SMTP_HOST="127.0.0.1", SMTP_FROM="lz@example.com")
    assert ended.code == 0
    assert stored(data)["vms"][-1]["held_for"] == "carol@example.com"
    assert [letter["to"] for letter in stored(data)["outbox"]] == ["carol@example.com"]
