"""No answer is held back. (These tests do not measure speed; the benches do.)"""

import statistics
import time

from support.answers import done
from support.inventory import inventory, machine
from support.people import Person


def is_usually_faster(milliseconds: float, action) -> bool:
    """Return True if one of ten rounds is that fast: the machine may be busy for a while, and a fault stays."""
    return any(usual_ms(action) < milliseconds for _ in range(10))


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
    assert is_usually_faster(25, lambda: ann.get("/vms"))
    assert is_usually_faster(25, lambda: done(ann.get("/me")))


def test_a_booking_does_not_get_slower_with_the_number_of_machines(start):
    ann = Person(start(inventory([machine(f"vm-{n}") for n in range(5000)]))).sign_in()
    numbers = iter(range(5000))
    assert is_usually_faster(100, lambda: done(ann.book(f"vm-{next(numbers)}")))
