"""EncodedQueue: its chunks equal all records in the order of their numbers, and cost what came and went."""

from hypothesis import given, strategies as st

from loadzone.lib.encoded_queue import KEYS_PER_CHUNK, EncodedQueue

NUMBERS = st.integers(1, 4 * KEYS_PER_CHUNK)
STEPS = st.lists(st.dictionaries(NUMBERS, st.one_of(st.none(), st.integers(0, 99)), max_size=200), max_size=6)


def text_of(record):
    return b"%d" % record


@given(STEPS)
def test_the_chunks_equal_all_records_in_the_order_of_their_numbers(steps):
    queue, records = EncodedQueue(text_of), {}
    for step in steps:  # None removes the record
        for number, value in step.items():
            if value is None:
                records.pop(number, None)
            else:
                records[number] = value
        queue.mark(step)
        assert b"".join(queue.chunks(records)) == b",\n".join(text_of(records[number]) for number in sorted(records))


def test_a_change_that_was_not_written_is_encoded_as_it_is_then():
    queue = EncodedQueue(text_of)
    queue.mark([1, 2])
    queue.chunks({1: 10, 2: 20})
    queue.mark([1, 2])  # the write has failed, and number 2 is another record now, and 1 is back
    assert b"".join(queue.chunks({2: 21})) == b"21"
    queue.mark([1])
    assert b"".join(queue.chunks({1: 11, 2: 21})) == b"11,\n21"


def work_of_a_commit(waiting: int) -> int:
    """Return how many records are joined when two come and two go, of so many that wait."""
    joined = []
    queue = EncodedQueue(lambda record: joined.append(record) or text_of(record))
    records = {number: number for number in range(1, waiting + 1)}
    queue.mark(records)
    queue.chunks(records)
    joined.clear()
    del records[1], records[2]
    records |= {waiting + 1: 1, waiting + 2: 2}
    queue.mark([1, 2, waiting + 1, waiting + 2])
    queue.chunks(records)
    return len(joined)


def test_what_comes_and_goes_costs_the_same_however_many_wait():
    assert work_of_a_commit(2) <= 2
    assert work_of_a_commit(2000) <= 2 * KEYS_PER_CHUNK + 2
    assert work_of_a_commit(100_000) <= 2 * KEYS_PER_CHUNK + 2
