"""`vm_ids` instead of `vm_id`: several machines in one call, all of them or none."""

import pytest

from support.answers import done, refusal


@pytest.fixture
def three_vms(make_vm):
    return [make_vm() for _ in range(3)]


def holders(person, vm_ids):
    return [person.vm(vm_id)["booked_by"] for vm_id in vm_ids]


def several(person, path, vm_ids, **more):
    return person.post(path, {"vm_ids": vm_ids, **more})


def test_several_are_booked_renewed_and_released_together(bob, three_vms):
    booked = done(several(bob, "/book", three_vms, hours=2, note="soak"))["vms"]
    assert [(vm["id"], vm["booked_by"], vm["note"]) for vm in booked] == [
        (vm_id, bob.email, "soak") for vm_id in three_vms
    ]
    renewed = done(several(bob, "/renew", three_vms, hours=1))["vms"]
    assert all(new["expires_at"] > old["expires_at"] for new, old in zip(renewed, booked, strict=True))
    released = done(several(bob, "/cancel", three_vms))["vms"]
    assert {vm["state"] for vm in released} == {"free"}
    assert (
        len({entry["start"] for entry in bob.history() if entry["vm_id"] in three_vms and entry["action"] == "book"})
        == 1
    )


def test_none_is_booked_if_one_is_taken_and_the_refusal_names_it(bob, carol, three_vms):
    done(carol.book(three_vms[1]))
    answer = several(bob, "/book", three_vms, hours=1)
    assert refusal(answer) == (409, "vm_taken")
    assert answer.json()["vm_id"] == three_vms[1]
    assert holders(bob, three_vms) == [None, carol.email, None]


@pytest.mark.parametrize(("path", "more"), [("/renew", {"hours": 1}), ("/cancel", {})])
def test_none_is_changed_if_one_is_anothers_and_the_refusal_names_it(bob, carol, three_vms, path, more):
    done(bob.book(three_vms[0]))
    done(carol.book(three_vms[1]))
    before = bob.state()
    answer = several(bob, path, three_vms[:2], **more)
    assert (refusal(answer), answer.json()["vm_id"]) == ((403, "not_allowed"), three_vms[1])
    assert bob.state() == before


def test_the_machine_that_would_end_too_late_is_named(bob, three_vms):
    done(several(bob, "/book", three_vms, hours=24))
    for _ in range(6):
        done(several(bob, "/renew", three_vms[2:], hours=24))
    answer = several(bob, "/renew", three_vms, hours=24)
    assert (refusal(answer), answer.json()["vm_id"]) == ((409, "too_far_ahead"), three_vms[2])


def test_admins_delete_several(alice, bob, three_vms):
    done(bob.book(three_vms[2]))
    answer = several(alice, "/delete-vm", three_vms)
    assert (refusal(answer), answer.json()["vm_id"]) == ((409, "vm_taken"), three_vms[2])
    assert done(several(alice, "/delete-vm", three_vms, force=True)) == {"vms": []}
    assert {vm["id"] for vm in bob.state()["vms"]} & set(three_vms) == set()


def test_a_machine_named_twice_is_booked_once(bob, vm):
    assert [one["id"] for one in done(several(bob, "/book", [vm, vm], hours=1))["vms"]] == [vm]


@pytest.mark.parametrize("path", ["/book", "/renew", "/cancel"])
@pytest.mark.parametrize(
    "target",
    [{}, {"vm_ids": []}, {"vm_ids": None}, {"vm_ids": "server"}, {"vm_ids": [1]}, {"vm_id": "a", "vm_ids": ["b"]}],
)
def test_an_unclear_target_is_refused(bob, path, target):
    answer = bob.post(path, {"hours": 1, **target})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["field"].split(".")[0] in ("vm_id", "vm_ids")


def test_none_is_booked_if_one_is_unknown(bob, vm):
    answer = several(bob, "/book", [vm, "nowhere"], hours=1)
    assert (refusal(answer), answer.json()["vm_id"]) == ((404, "no_such_vm"), "nowhere")
    assert holders(bob, [vm]) == [None]
