"""Inventories of Ansible: groups, connections, templates, and what Ansible would run."""

import json
import re

import pytest

from loadzone.domain.records import Group, State, Vm
from loadzone.inventory import ansible_format
from loadzone.inventory.group_choice import choose_groups
from loadzone.inventory.rows import BadInventory, rows_of, wanted


def state_with(vms, groups):
    """Return a state with these machines, and with groups of these names, numbered from 0."""
    members = {n: tuple(i for i, vm in vms.items() if vm.group == n) for n in range(len(groups))}
    return State(vms=vms, groups={n: Group(n, name, members[n]) for n, name in enumerate(groups)})


def ansible(data, state=None):
    return wanted(ansible_format.read(json.dumps(data).encode()), state or State())


def test_the_output_of_ansible_inventory_is_read():
    machines, problems = ansible(
        {
            "_meta": {"hostvars": {"web1": {"ansible_host": "192.0.2.1", "http_port": 80}, "db1": {}}},
            "all": {"children": ["ungrouped", "web", "sites"]},
            "sites": {"children": ["web"]},
            "web": {"hosts": ["web1", "web2"]},
            "ungrouped": {"hosts": ["db1"]},
        }
    )
    assert problems == []
    assert {one.id: dict(one.fields) for one in machines} == {
        "web1": {"external_ip": "192.0.2.1", "group": "web"},
        "web2": {"external_ip": "web2", "group": "web"},
        "db1": {"external_ip": "db1", "group": ""},
    }


def test_text_that_ansible_marked_unsafe_is_read_as_text():
    variables = {"loadzone_description": {"__ansible_unsafe": "{{ x }}"}, "loadzone_tags": [{"__ansible_unsafe": "{"}]}
    [one], problems = ansible({"_meta": {"hostvars": {"vm": variables}}, "ungrouped": {"hosts": ["vm"]}})
    assert (one.fields["description"], one.fields["tags"], problems) == ("{{ x }}", ("{",), [])


def test_variables_of_others_may_be_nested_deeply():
    deep = json.loads("[" * 900 + "]" * 900)
    [one], problems = ansible({"_meta": {"hostvars": {"vm": {"theirs": deep}}}, "ungrouped": {"hosts": ["vm"]}})
    assert (one.id, problems) == ("vm", [])


def test_a_host_in_several_groups_must_say_which_counts():
    groups = {"web": {"hosts": ["vm"]}, "berlin": {"hosts": ["vm"]}}
    assert "web, berlin" in ansible(groups)[1][0]
    assert "--group-from" in ansible(groups)[1][0]
    [one], problems = ansible({**groups, "_meta": {"hostvars": {"vm": {"loadzone_group": "web"}}}})
    assert (one.fields["group"], problems) == ("web", [])


GROUPED = {"web": {"hosts": ["h1", "h2"]}, "Berlin": {"hosts": ["h1"]}, "new": {"hosts": ["h1", "h3"]}}


@pytest.mark.parametrize(
    ("preferred", "group", "tags"),
    [
        (["first"], "web", ("Berlin", "new")),
        (["berlin", "web"], "Berlin", ("web", "new")),
        (["nowhere", "ＮＥＷ"], "new", ("web", "Berlin")),
    ],
)
def test_one_of_several_groups_is_chosen_and_the_others_become_tags(preferred, group, tags):
    rows = ansible_format.read(json.dumps(GROUPED).encode())
    choose_groups(rows, preferred)
    machines, problems = wanted(rows, State(vms={"h1": Vm("h1", tags=("gpu", "NEW"))}))
    assert problems == []
    here = {one.id: one.fields for one in machines}
    assert here["h1"]["group"] == group
    assert here["h1"]["tags"] == ("gpu", "NEW", *(tag for tag in tags if tag != "new"))  # those that it has stay
    assert (here["h2"]["group"], "tags" in here["h2"], here["h3"]["group"]) == ("web", False, "new")


def test_a_host_in_none_of_the_preferred_groups_is_named():
    rows = ansible_format.read(json.dumps(GROUPED).encode())
    choose_groups(rows, ["paris"])
    machines, [problem] = wanted(rows, State())
    assert "'h1' is in several groups" in problem
    assert [one.id for one in machines] == ["h2", "h3"]


def test_a_group_whose_name_is_no_tag_is_left_out_with_one_warning():
    long = "datacenter_" * 4
    groups = {name: {"hosts": ["h1", "h2"]} for name in ("web", long, "berlin", "x\u200b")}
    rows = ansible_format.read(json.dumps(groups).encode())
    choose_groups(rows, ["first"])
    machines, problems = wanted(rows, State())
    assert problems == []
    assert {(one.fields["group"], one.fields["tags"]) for one in machines} == {("web", ("berlin",))}
    assert [repr(name) in warning for name, warning in zip((long, "x\u200b"), rows.warnings, strict=True)] == [True] * 2
    assert "32 characters" in next(iter(rows.warnings))


def test_a_group_with_a_long_name_stays_a_group():
    long = "datacenter_" * 4
    rows = ansible_format.read(json.dumps({name: {"hosts": ["h"]} for name in ("web", long)}).encode())
    choose_groups(rows, [long])
    [one], problems = wanted(rows, State())
    assert (one.fields["group"], one.fields["tags"], problems, rows.warnings) == (long, ("web",), [], {})


def test_groups_that_make_too_many_tags_are_a_problem():
    rows = ansible_format.read(json.dumps({f"g{n}": {"hosts": ["vm"]} for n in range(22)}).encode())
    choose_groups(rows, ["first"])
    [problem] = wanted(rows, State())[1]
    assert problem.startswith("host 'vm': vm would have more than 20 tags")


def connection(**variables):
    [one], problems = ansible({"_meta": {"hostvars": {"web-1": variables}}, "ungrouped": {"hosts": ["web-1"]}})
    assert problems == []
    return {name: value for name, value in one.fields.items() if name != "group"}


@pytest.mark.parametrize(
    ("variables", "fields"),
    [
        ({}, {"external_ip": "web-1"}),
        ({"ansible_host": "сервер.рф"}, {"external_ip": "xn--b1afb6bcb.xn--p1ai"}),
        (
            {"ansible_host": "10.0.0.1", "ansible_port": 2222, "ansible_user": "ubuntu"},
            {"external_ip": "10.0.0.1", "ssh_port": 2222, "ssh_user": "ubuntu"},
        ),
        (
            {"ansible_ssh_host": "10.0.0.1", "ansible_ssh_port": "2222", "ansible_ssh_user": "pi"},
            {"external_ip": "10.0.0.1", "ssh_port": 2222, "ssh_user": "pi"},
        ),
        ({"ansible_user": "{{ me }}", "ansible_port": {"__ansible_vault": "x"}}, {"external_ip": "web-1"}),
        ({"ansible_connection": "winrm", "ansible_port": 5986, "ansible_user": "DOM\\x"}, {"external_ip": "web-1"}),
        ({"loadzone_internal_ip": "10.0.0.9"}, {"internal_ip": "10.0.0.9"}),
        ({"loadzone_ssh_user": "", "ansible_user": "root"}, {"external_ip": "web-1", "ssh_user": ""}),
    ],
)
def test_the_connection_is_the_one_that_ansible_would_use(variables, fields):
    assert connection(**variables) == fields


@pytest.mark.parametrize("port", ["65536", "9" * 5000, 10**30])
def test_a_port_of_too_many_digits_is_a_problem_with_its_place(port):
    [problem] = ansible({"_meta": {"hostvars": {"a": {"ansible_port": port}}}, "ungrouped": {"hosts": ["a"]}})[1]
    assert problem == "host 'a': “ssh_port” must be 65,535 or less."


def test_a_name_that_is_no_address_gives_none():
    [one], problems = ansible({"ungrouped": {"hosts": ["☃_1"]}}, State(vms={"☃_1": Vm("☃_1")}))
    assert (problems, one.fields["external_ip"]) == ([], "")


def test_a_templated_address_is_named_and_the_others_are_read():
    variables = {"a": {"ansible_host": "{{ public_ip }}"}, "b": {"ansible_host": "10.0.0.1"}}
    machines, [problem] = ansible({"_meta": {"hostvars": variables}, "web": {"hosts": ["a", "b"]}})
    assert [one.id for one in machines] == ["b"]
    assert problem.startswith("host 'a': its address is the template '{{ public_ip }}'")


def test_what_is_left_of_a_template_is_noted():
    rows = ansible_format.read(
        json.dumps({"_meta": {"hostvars": {"a": {"ansible_user": "{{ me }}"}}}, "web": {"hosts": ["a"]}}).encode()
    )
    assert list(rows.ignored) == ["ansible_user (a template, or encrypted)"]


def test_values_that_ansible_would_run_are_marked_unsafe():
    vm = Vm("vm", description="{{ lookup('pipe', 'id') }}", tags=("{%x%}",), group=0)
    state = state_with({"vm": vm}, ["{# #}"])
    text = ansible_format.write(rows_of(state)).decode()
    assert re.findall(r'(!unsafe )?"[^"\n]*\{[^"\n]*"', text) == ["!unsafe "] * 3


def test_groups_get_names_that_ansible_accepts():
    state = state_with({}, ["QA & Staging", "7", "all", "Сборка"])
    children = json.loads(ansible_format.write(rows_of(state)))["all"]["children"]
    assert list(children) == ["QA___Staging", "_7", "all_2", "Сборка"]


def test_a_name_that_ansible_would_take_for_a_pattern_is_left_out_and_reported():
    rows = rows_of(state_with({"vm[1:9]": Vm("vm[1:9]"), "vm": Vm("vm")}, []))
    assert b"vm[1" not in ansible_format.write(rows)
    assert "'vm[1:9]' is left out" in rows.problems[0]


@pytest.mark.parametrize(
    "content",
    ["all:\n  hosts:\n    vm:\n", "[]", '{"web": []}', '{"web": {"hosts": 3}}', '{"_meta": {"hostvars": []}}', "\xff"],
)
def test_a_file_that_is_no_ansible_inventory_is_refused(content):
    with pytest.raises(BadInventory):
        ansible_format.read(content.encode("latin-1"))
