"""Only one process can use a data file."""

import pytest

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person
from support.server import Server

pytestmark = pytest.mark.usefixtures("cold_start")


def test_a_second_process_on_the_same_file_is_refused_with_a_clear_message(start):
    first = start(inventory([machine("vm")]))
    second = Server(first.data)
    second.launch()
    code, output = second.ended()
    second.stop()
    assert code != 0
    assert str(first.data) in output
    assert "Traceback" not in output
    ann = Person(first).sign_in()
    done(ann.book("vm"))
    assert first.stored_vm("vm")["booked_by"] == ann.email


def test_a_new_process_starts_after_a_kill(start):
    first = start(inventory([machine("vm")]))
    first.kill()
    second = Server(first.data).start()
    done(Person(second).sign_in().book("vm"))
    second.stop()


def test_a_second_process_is_refused_by_another_path_too(start, tmp_path):
    first = start(inventory([machine("vm")]))
    (tmp_path / "link").symlink_to(first.data.parent)
    second = Server(tmp_path / "link" / "data.json")
    second.launch()
    code, output = second.ended()
    second.stop()
    assert code != 0
    assert "Traceback" not in output


def test_a_data_file_that_is_a_symlink_stays_one(start, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    real = tmp_path / "elsewhere" / "real.json"
    real.write_text(
        '{"vms": [{"id": "vm", "group": null, "booked_by": null, "expires_at": null}], "groups": [], "users": {}}'
    )
    (tmp_path / "linked.json").symlink_to(real)
    server = start(LOADZONE_DATA=str(tmp_path / "linked.json"))
    done(Person(server, "ann@example.com").sign_in().book("vm"))
    assert (tmp_path / "linked.json").is_symlink()
    assert "ann@example.com" in real.read_text()
