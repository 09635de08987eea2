"""The options of `data import` for inventories that do not fit as they are, and that a dry run tells the truth."""

import json

import pytest

from support.data_commands import run
from support.inventory import inventory, machine

HOSTS = {
    "_meta": {"hostvars": {"h1": {"ansible_port": 2222, "ansible_user": "ubuntu"}, "h2": {"ansible_host": "{{ ip }}"}}},
    "a": {"hosts": ["h1", "h2"]},
    "b": {"hosts": ["h1"]},
}


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps(inventory([machine("h2", tags=["old"])])))
    return path


@pytest.fixture
def hosts(tmp_path):
    path = tmp_path / "hosts.yml"
    path.write_text(json.dumps(HOSTS))
    return path


def stored(data):
    return {vm["id"]: vm for vm in json.loads(data.read_bytes())["vms"]}


def test_without_options_every_host_that_does_not_fit_is_named(data, hosts):
    before = data.read_bytes()
    ended = run(data, "import", hosts, "--yes")
    assert (ended.code, data.read_bytes()) == (1, before)
    assert "host 'h1' is in several groups (a, b)" in ended.out
    assert "host 'h2': its address is the template '{{ ip }}'" in ended.out
    assert "--group-from" in ended.out
    assert "--skip-unusable" in ended.out


def test_with_them_the_others_are_imported(data, hosts):
    ended = run(data, "import", hosts, "--group-from", "c, B", "--skip-unusable", "--yes")
    assert ended.code == 0
    assert "warning: skipped: host 'h2'" in ended.err
    vms = stored(data)
    assert (vms["h1"]["tags"], vms["h1"]["external_ip"]) == (["a"], "h1")
    assert (vms["h1"]["ssh_user"], vms["h1"]["ssh_port"]) == ("ubuntu", 2222)
    assert vms["h2"]["tags"] == ["old"]


def test_a_group_with_a_name_too_long_for_a_tag_is_warned_of_and_the_host_imported(data, tmp_path):
    hosts = tmp_path / "hosts.yml"
    hosts.write_text(json.dumps({name: {"hosts": ["h3"]} for name in ("web", "x" * 33)}))
    ended = run(data, "import", hosts, "--group-from", "first", "--yes")
    assert ended.code == 0
    assert f"warning: the group '{'x' * 33}' does not become a tag" in ended.err
    assert "tags" not in stored(data)["h3"]


def test_what_is_skipped_cannot_be_pruned(data, hosts):
    before = data.read_bytes()
    ended = run(data, "import", hosts, "--group-from", "first", "--skip-unusable", "--prune", "--yes")
    assert (ended.code, data.read_bytes()) == (2, before)
    assert "--prune" in ended.err


@pytest.mark.parametrize("lines", [("Lab", "lab"), ("Größe", "GRÖSSE"), ("Ｌａｂ", "lab"), ("Lab", "La\u034fb")])
def test_a_dry_run_says_what_the_import_does(data, tmp_path, lines):
    machines = tmp_path / "machines.csv"
    machines.write_text("id,group\n" + "".join(f"vm-{n},{group}\n" for n, group in enumerate(lines)))
    dry, real = run(data, "import", machines, "--dry-run"), run(data, "import", machines, "--yes")
    assert (dry.code, real.code) == (0, 0)
    assert real.out.startswith(dry.out)
    assert "new groups: 1, machines added: 2" in dry.out
