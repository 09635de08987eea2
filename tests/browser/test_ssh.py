"""The command that opens a shell on a machine."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({}, "ssh bob@192.0.2.7"),
        ({"ssh_user": "ubuntu"}, "ssh ubuntu@192.0.2.7"),
        ({"ssh_port": 2222}, "ssh -p 2222 bob@192.0.2.7"),
        ({"external_ip": "192.0.2.7:2200"}, "ssh -p 2200 bob@192.0.2.7"),
        ({"external_ip": "192.0.2.7:2200", "ssh_port": 22}, "ssh -p 22 bob@192.0.2.7"),
        ({"external_ip": "[2001:db8::1]:2200"}, "ssh -p 2200 bob@2001:db8::1"),
        ({"external_ip": "2001:db8::1", "ssh_user": "root"}, "ssh root@2001:db8::1"),
    ],
)
def test_the_command_has_the_machines_user_and_port(window, bob, make_vm, fields, command):
    vm_id = make_vm(**{"external_ip": "192.0.2.7", **fields})
    here = window(bob)
    here.open_machine(vm_id)
    expect(here.dialog.locator(f"[data-text='{command}']")).to_be_visible()


def test_a_port_that_is_no_number_is_refused_and_not_dropped(window, alice, make_vm):
    vm_id = make_vm(ssh_port=2222)
    here = window(alice)
    here.choose(vm_id, "act.edit-vm")
    here.field("fact.ssh_port").fill("22b")
    here.button("act.save").click()
    expect(here.dialog.get_by_role("alert")).to_contain_text("whole number")
    here.field("fact.ssh_port").fill("")
    here.send()
    assert alice.vm(vm_id)["ssh_port"] is None
