"""No answer is held back. (These tests do not measure speed; the benches do.)"""

import statistics
import time

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person


def usual_ms(action, times: int = 50) -> float:
    """Return the first quartile: a busy machine delays many calls, but a fault delays nearly all."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took, n=4)[0]


def test_an_answer_over_a_kept_connection_does_not_wait_for_an_acknowledgement(start):
    """With Nagle's algorithm, a head and a body that are sent apart take 40 ms and more."""
    ann = Person(start(inventory([machine("vm")]))).sign_in()
    assert usual_ms(lambda: ann.get("/vms")) < 25
    assert usual_ms(lambda: done(ann.get("/me"))) < 25


def test_a_booking_does_not_get_slower_with_the_number_of_machines(start):
    ann = Person(start(inventory([machine(f"vm-{n}") for n in range(5000)]))).sign_in()
    numbers = iter(range(5000))
    assert usual_ms(lambda: done(ann.book(f"vm-{next(numbers)}"))) < 100
