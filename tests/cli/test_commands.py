"""The commands list, book, renew, release and queue."""

import json
import subprocess

import pytest

from support.answers import done
from support.command import COMMAND, shell_of
from support.inventory import from_now, inventory, machine, moment
from support.people import Person


def lines(ended):
    assert ended.status == 0, ended.err
    return ended.out.splitlines()


def machines(ended):
    assert ended.status == 0, ended.err
    return json.loads(ended.out)


# list


def test_a_line_for_each_machine(loadzone, bob):
    done(bob.book("perf-2", 1, note="soak"))
    [head, first, second, last] = lines(loadzone("list"))
    assert head.split() == ["MACHINE", "GROUP", "ADDRESS", "TAGS", "STATE"]
    assert first.split() == ["perf-1", "Perf", "10.0.0.1", "gpu,Big", "free"]
    assert "booked by bob@example.com until" in second
    assert second.endswith(": soak")
    assert last.split() == ["lone", "-", "-", "-", "free"]


def test_list_can_be_limited_to_free_machines_and_to_a_group(loadzone, bob):
    done(bob.book("perf-2"))
    ids = [
        [line.split()[0] for line in lines(loadzone("list", *words))[1:]] for words in (["--free"], ["--group", "perf"])
    ]
    assert ids == [["perf-1", "lone"], ["perf-1", "perf-2"]]
    assert len(lines(loadzone("list", "--free", "--group", "1"))) == 2


def test_the_json_output_is_that_of_the_api(loadzone, ann):
    assert machines(loadzone("list", "--json")) == ann.state()["vms"]
    assert [vm["id"] for vm in machines(loadzone("list", "--json", "--group", "PERF"))] == ["perf-1", "perf-2"]


def test_an_unknown_group_is_answered_with_the_existing_ones(loadzone):
    ended = loadzone("list", "--group", "nix")
    assert (ended.status, "Perf" in ended.err) == (1, True)


def test_colours_are_for_terminals(loadzone):
    assert "\033" not in loadzone("list").out
    shown = {}
    for name, more in {"plain": {"NO_COLOR": "1"}, "coloured": {}}.items():
        terminal = loadzone.at_terminal("list", **more)
        assert terminal.ended() == 0
        shown[name] = terminal.seen
    assert "\033[32mperf-1" in shown["coloured"]
    assert "\033" not in shown["plain"]


def test_no_output_can_control_the_terminal(start, tmp_path):
    server = start(inventory([machine("evil\033[2J", "x@example.com", from_now(hours=1), note="\033]0;pwned\007")]))
    ann = Person(server, "ann@example.com").sign_in()
    ended = shell_of(tmp_path / "ann", server, ann)("list")
    assert "evil?[2J" in ended.out
    assert not set("\033\007") & set(ended.out)


def test_a_reader_that_closes_the_pipe_is_no_error(loadzone):
    script = f"{' '.join(COMMAND)} list | true"
    ended = subprocess.run(["sh", "-c", script], env=loadzone.environment, capture_output=True, text=True, timeout=20)
    assert ended.stderr == ""


# book, renew, release


def test_book_renew_release(loadzone, ann):
    assert lines(loadzone("book", "perf-1", "--hours", "1.5", "--note", "soak"))[0].startswith(
        "perf-1  10.0.0.1  until "
    )
    booked = ann.vm("perf-1")
    assert (booked["booked_by"], booked["note"], booked["via"][:7]) == ("ann@example.com", "soak", "nightly")
    lines(loadzone("renew", "perf-1", "--hours", "0.5"))
    assert abs(moment(ann.vm("perf-1")["expires_at"]) - from_now(hours=2)).total_seconds() < 60
    assert lines(loadzone("release", "perf-1")) == ["perf-1 is released"]
    assert ann.vm("perf-1")["state"] == "free"


def test_booking_any_of_a_group_with_tags_and_several_at_once(loadzone, ann):
    [big] = machines(loadzone("book", "--group", "perf", "--tag", "GPU", "--tag", "big", "--hours", "1", "--json"))
    assert big == ann.vm("perf-1")
    lines(loadzone("release", "perf-1"))
    assert {
        vm["id"] for vm in machines(loadzone("book", "--group", "1", "--count", "2", "--hours", "1", "--json"))
    } == {
        "perf-1",
        "perf-2",
    }


def test_a_taken_machine_is_refused_with_the_name_of_its_holder(loadzone, bob):
    done(bob.book("perf-1"))
    ended = loadzone("book", "perf-1", "--hours", "1")
    assert (ended.status, ended.out) == (3, "")
    assert "bob@example.com" in ended.err
    assert loadzone("book", "--group", "perf", "--count", "2", "--hours", "1").status == 3


def test_other_refusals_of_the_server_have_status_1(loadzone):
    assert loadzone("book", "nix", "--hours", "1").status == 1
    assert loadzone("book", "lone", "--hours", "1000").status == 1
    assert loadzone("renew", "lone", "--hours", "1").status == 1


def test_an_error_with_one_machine_does_not_keep_the_others_from_being_released(loadzone, ann):
    lines(loadzone("book", "perf-1", "--hours", "1"))
    ended = loadzone("release", "nix", "perf-1", "perf-1")
    assert (ended.status, ended.out) == (1, "perf-1 is released\n")
    assert len(ended.err.splitlines()) == 2
    assert ann.vm("perf-1")["state"] == "free"


# queue


def test_join_show_and_leave(loadzone, ann, bob):
    done(bob.book("perf-1"))
    assert loadzone("queue").out == ""
    assert lines(loadzone("queue", "join", "perf-1", "--hours", "2", "--auto")) == ["In the queue: place 1"]
    [waiter] = ann.vm("perf-1")["queue"]
    assert (waiter["email"], waiter["hours"], waiter["auto"]) == ("ann@example.com", 2, True)
    [line] = lines(loadzone("queue"))
    assert line.startswith("perf-1: place 1 of 1, for 2 h, since 20")
    lines(loadzone("queue", "leave", "perf-1"))
    assert loadzone("queue").out == ""
    assert loadzone("queue", "leave", "perf-1").status == 1


def test_a_groups_queue_and_a_held_machine(loadzone, ann, bob):
    done(bob.book("perf-1"))
    done(bob.book("perf-2"))
    lines(loadzone("queue", "join", "--group", "perf", "--hours", "1"))
    assert lines(loadzone("queue"))[0].startswith("group “Perf”: place 1 of 1")
    done(bob.cancel("perf-2"))
    [line] = lines(loadzone("queue"))
    assert line.startswith("perf-2: held for ann@example.com until ")
    assert len(lines(loadzone("list", "--free", "--group", "perf"))) == 2, "a machine held for oneself can be booked"
    lines(loadzone("book", "perf-2", "--hours", "1"))
    assert ann.vm("perf-2")["booked_by"] == "ann@example.com"


def test_a_free_machine_is_held_at_once(loadzone, ann):
    assert "your turn" in loadzone("queue", "join", "lone", "--hours", "1").out
    assert ann.vm("lone")["held_for"] == "ann@example.com"


# hand-over


def test_a_booking_is_handed_over_with_the_words_of_the_page(loadzone, ann, bob):
    lines(loadzone("book", "perf-1", "--hours", "1"))
    [line] = lines(loadzone("hand-over", "perf-1", bob.email))
    assert line.startswith("perf-1 is now booked by bob@example.com until 20")
    assert (ann.vm("perf-1")["booked_by"], ann.vm("perf-1")["via"]) == ("bob@example.com", None)
    ended = loadzone("hand-over", "perf-1", bob.email)
    assert (ended.status, "perf-1 is booked by bob@example.com" in ended.err) == (1, True)


def test_a_booking_is_not_handed_over_to_somebody_unknown(loadzone, ann):
    lines(loadzone("book", "perf-1", "--hours", "1"))
    ended = loadzone("hand-over", "perf-1", "nobody@example.com")
    assert (ended.status, "nobody@example.com" in ended.err) == (1, True)
    assert ann.vm("perf-1")["booked_by"] == "ann@example.com"


def test_an_admin_books_for_somebody_else_and_a_member_may_not(loadzone, server, alice, bob, tmp_path):
    lines(shell_of(tmp_path / "alice", server, alice)("book", "perf-1", "--hours", "1", "--for", bob.email))
    assert bob.vm("perf-1")["booked_by"] == bob.email
    ended = loadzone("book", "perf-2", "--hours", "1", "--for", bob.email)
    assert (ended.status, "Only an admin can do this" in ended.err) == (1, True)


# what an unset variable of a script leaves


EMPTY = [
    ["book", "", "--hours", "1"],
    ["book", "--group", "", "--hours", "1"],
    ["book", "lone", "--hours", "1", "--for", ""],
    ["renew", "", "--hours", "1"],
    ["note", "", "soak"],
    ["hand-over", "", "bob@example.com"],
    ["hand-over", "lone", ""],
    ["release", ""],
    ["queue", "join", "", "--hours", "1"],
    ["queue", "join", "--group", "", "--hours", "1"],
    ["queue", "leave", ""],
    ["list", "--group", ""],
]


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_an_empty_name_or_address_is_refused_and_means_nothing_else(loadzone, alice, tmp_path, server, words):
    """Above all, a booking for nobody is not one for the admin who asked for it."""
    ended = shell_of(tmp_path / "alice", server, alice)(*words)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err
    assert {vm["state"] for vm in alice.state()["vms"]} == {"free"}


@pytest.mark.parametrize("words", [["--vm", ""], ["--vm", "", "--wait", "1m"], ["--group", ""]], ids=" ".join)
def test_a_run_with_an_empty_name_does_not_begin(loadzone, words):
    ended = loadzone("run", *words, "--hours", "1", "--", "true")
    assert (ended.status, "NoneType" in ended.err) == (125, False)
