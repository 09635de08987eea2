"""loadzone run: book, run a command and release, however the command ends."""

import json
import signal
import sys

import pytest

from support.answers import done
from support.command import STAYS
from support.people import Person
from support.server import ADMIN
from support.waiting import eventually

PERF = ["run", "--group", "perf", "--hours", "1"]


def actions(person, vm_id):
    return [action for action in person.actions(vm_id) if action != "login"]


def all_free(person):
    return {vm["state"] for vm in person.state()["vms"]} == {"free"}


def test_the_command_finds_its_machines_in_the_environment(loadzone, ann):
    ended = loadzone(
        *PERF, "--count", "2", "--", "sh", "-c", 'echo "$LOADZONE_VM/$LOADZONE_VM_IP"; echo "$LOADZONE_VMS"'
    )
    first, listed = ended.out.splitlines()
    assert {first} <= {"perf-1/10.0.0.1", "perf-2/192.168.0.2"}
    assert sorted(json.loads(listed), key=lambda vm: vm["id"]) == [
        {"id": "perf-1", "external_ip": "10.0.0.1", "internal_ip": "192.168.0.1", "ssh_user": "ci", "ssh_port": 2222},
        {"id": "perf-2", "external_ip": "", "internal_ip": "192.168.0.2", "ssh_user": "", "ssh_port": None},
    ]
    assert json.loads(listed)[0]["id"] == first.split("/")[0]
    assert all_free(ann)


@pytest.mark.parametrize(("vm_id", "found"), [("perf-1", "ci 2222"), ("perf-2", " 22")])
def test_the_command_finds_user_and_port_for_ssh(loadzone, vm_id, found):
    script = 'echo "$LOADZONE_VM_USER $LOADZONE_VM_PORT"'
    assert loadzone("run", "--vm", vm_id, "--hours", "1", "--", "sh", "-c", script).out == f"{found}\n"


def test_a_port_in_the_address_is_the_port_for_ssh(loadzone, server):
    alice = Person(server, ADMIN).sign_in()
    done(alice.add_vm("ported", external_ip="10.0.0.9:2200"), 201)
    script = 'echo "$LOADZONE_VM_PORT"'
    assert loadzone("run", "--vm", "ported", "--hours", "1", "--", "sh", "-c", script).out == "2200\n"
    done(alice.delete_vm("ported"))


def test_a_machine_without_addresses(loadzone):
    ended = loadzone("run", "--vm", "lone", "--hours", "1", "--", "sh", "-c", 'echo "[$LOADZONE_VM][$LOADZONE_VM_IP]"')
    assert ended.out == "[lone][]\n"


def test_the_streams_are_the_commands_own(loadzone):
    ended = loadzone(*PERF, "--", "sh", "-c", "cat; echo complaint >&2", stdin="what came in\n")
    assert ended.out == "what came in\n"
    assert "complaint\n" in ended.err


@pytest.mark.parametrize("status", [0, 1, 3, 124, 255])
def test_the_status_is_the_commands_own(loadzone, ann, status):
    assert loadzone(*PERF, "--", "sh", "-c", f"exit {status}").status == status
    assert all_free(ann)


def test_a_command_that_a_signal_ended(loadzone, ann):
    assert loadzone(*PERF, "--", "sh", "-c", "kill -KILL $$").status == 128 + 9
    assert all_free(ann)


def test_arguments_after_the_dashes_belong_to_the_command(loadzone):
    assert loadzone(*PERF, "--", "echo", "--hours", "--", "-h").out == "--hours -- -h\n"


def test_the_machine_is_booked_with_a_note_and_a_heartbeat(loadzone, ann):
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--note", "nightly run", "--", *STAYS)
    job.wait_for("here", "out")
    vm = ann.vm("lone")
    assert (vm["booked_by"], vm["note"], vm["heartbeat_minutes"]) == ("ann@example.com", "nightly run", 10)
    assert vm["via"].startswith("nightly")
    job.type("go on")
    assert job.ended().status == 5
    assert actions(ann, "lone") == ["book", "cancel"]


@pytest.mark.parametrize(
    ("command", "status"), [(["no-such-command"], 127), (["./no-such-file"], 127), (["./plain"], 126), (["./bad"], 127)]
)
def test_a_command_that_cannot_be_run(loadzone, ann, command, status):
    (loadzone.home / "plain").write_text("just text\n")
    (loadzone.home / "bad").write_text("#!/no/such/interpreter\n")
    (loadzone.home / "bad").chmod(0o755)
    assert loadzone(*PERF, "--", *command).status == status
    assert all_free(ann)


@pytest.mark.parametrize(
    "words",
    [
        "--group perf --hours 1",
        "--group perf --hours 1 --",
        "--group perf -- true",
        "--hours 1 -- true",
        "--vm lone --group perf --hours 1 -- true",
        "--vm lone --count 2 --hours 1 -- true",
        "--group perf --hours 1 --wait 30 -- true",
        "--group perf --hours 1 --heartbeat 0 -- true",
        "--vm lone --hours 1 --until 18:00 -- true",
        "--vm lone --hours 1 --for bob@example.com -- true",
        "--group nix --hours 1 -- true",
        "--vm nix --hours 1 -- true",
        "--vm nix --hours 1 --wait 1m -- true",
        "--group perf --hours 1000 -- true",
        "--group perf --hours 1 --count 3 --wait 1m -- true",
    ],
)
def test_a_run_that_cannot_begin_has_status_125(loadzone, words):
    ended = loadzone("run", *words.split())
    assert (ended.status, ended.out) == (125, "")
    assert ended.err


def test_a_bad_token_and_no_server(loadzone):
    assert loadzone(*PERF, "--", "true", LOADZONE_TOKEN="lz_wrong").status == 125
    assert loadzone(*PERF, "--", "true", LOADZONE_URL="http://127.0.0.1:9").status == 125


def test_without_wait_it_ends_if_too_few_machines_are_free(loadzone, ann, bob):
    done(bob.book("perf-1"))
    ended = loadzone(*PERF, "--count", "2", "--", "true")
    assert (ended.status, "1" in ended.err) == (124, True)
    assert loadzone("run", "--vm", "perf-1", "--hours", "1", "--", "true").status == 124
    assert ann.vm("perf-2")["state"] == "free"
    assert ann.group(1)["queue"] == ann.vm("perf-1")["queue"] == []


# Signals


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_reaches_all_processes_of_the_command_and_its_end_is_awaited(loadzone, ann, signum):
    """The shell takes its time to clean up. Its child, to which it passes no signal on, must get the signal too."""
    script = f"""
        trap 'echo cleaning; read line; exit 9' {signum.name[3:]}
        {sys.executable} -c 'import signal as s; s.signal({signum}, s.SIG_DFL); print("here", flush=True); s.pause()' &
        wait $!
        wait $!
    """
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--", "bash", "-c", script)
    job.wait_for("here", "out")
    job.send(signum)
    job.wait_for("cleaning", "out")
    assert ann.vm("lone")["state"] == "booked"
    job.type("done")
    assert job.ended().status == 9
    assert ann.vm("lone")["state"] == "free"


def test_a_command_that_is_ended_by_the_signal(loadzone, ann):
    job = loadzone.start(*PERF, "--", *STAYS)
    job.wait_for("here", "out")
    job.send(signal.SIGTERM)
    assert job.ended().status == 128 + signal.SIGTERM
    assert all_free(ann)


def test_ctrl_c_at_a_terminal_reaches_the_command(loadzone, ann):
    terminal = loadzone.at_terminal("run", "--vm", "lone", "--hours", "1", "--", *STAYS)
    terminal.wait_for("here")
    terminal.press("\x03")
    assert terminal.ended() == 128 + signal.SIGINT
    assert ann.vm("lone")["state"] == "free"


def test_a_signal_that_the_terminal_has_sent_to_all_is_not_sent_again(loadzone):
    """Many programs end at once after a second Ctrl-C, without cleaning up."""
    terminal = loadzone.at_terminal("run", "--vm", "lone", "--hours", "1", "--", *STAYS)
    terminal.wait_for("here")
    terminal.send(signal.SIGINT)
    terminal.press("go on\n")
    assert terminal.ended() == 5


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_reach_the_command_at_a_terminal_too(loadzone, signum):
    terminal = loadzone.at_terminal("run", "--vm", "lone", "--hours", "1", "--", *STAYS)
    terminal.wait_for("here")
    terminal.send(signum)
    assert terminal.ended() == 128 + signum


def test_at_a_terminal_the_command_can_read_input(loadzone):
    terminal = loadzone.at_terminal(
        "run", "--vm", "lone", "--hours", "1", "--", "sh", "-c", "read answer; echo [$answer]"
    )
    terminal.wait_for("booked until")
    terminal.press("yes\n")
    assert terminal.ended() == 0
    assert "[yes]" in terminal.seen


def test_an_ignored_hangup_stays_ignored(loadzone, ann):
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--", *STAYS, before="trap '' HUP")
    job.wait_for("here", "out")
    job.send(signal.SIGHUP)
    job.type("go on")
    assert job.ended().status == 5


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_waits_ends_its_place_in_the_queue(loadzone, ann, bob, signum):
    done(bob.book("lone"))
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--wait", "10m", "--", "true")
    job.wait_for("place 1")
    job.send(signum)
    assert job.ended().status == 128 + signum
    assert ann.vm("lone")["queue"] == []


def test_the_machine_of_a_killed_job_is_released_when_no_heartbeat_comes(loadzone, ann):
    job = loadzone.start("run", "--vm", "lone", "--hours", "1", "--heartbeat", "0.1", "--", *STAYS)
    job.wait_for("here", "out")
    job.send(signal.SIGKILL)
    assert job.ended().status == -signal.SIGKILL
    assert ann.vm("lone")["state"] == "booked"
    eventually(lambda: ann.vm("lone")["state"] == "free")
    assert actions(ann, "lone") == ["book", "release"]
