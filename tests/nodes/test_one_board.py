"""What one node answers, all nodes know."""

from support.answers import done
from support.people import Person
from support.waiting import eventually


def test_a_booking_on_one_node_is_on_the_board_of_another(second, alice, vm):
    booked = done(alice.book(vm))
    there = Person(second, "carol@example.com").sign_in()
    eventually(lambda: there.vm(vm)["booked_by"] == alice.email)
    assert there.vm(vm)["expires_at"] == booked["expires_at"]


def test_a_machine_is_not_booked_on_two_nodes(second, alice, vm):
    done(alice.book(vm))
    answer = Person(second, "carol@example.com").sign_in().book(vm)
    assert (answer.status_code, answer.json()["code"]) == (409, "vm_taken")
