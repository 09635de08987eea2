"""Chunks of encoded records are what encoding everything anew would give, and what did not change is not made again."""

from hypothesis import given, strategies as st

from loadzone.lib.encoded_table import RECORDS_PER_CHUNK, EncodedTable

KEYS = st.integers(0, 3 * RECORDS_PER_CHUNK)
STEPS = st.lists(
    st.dictionaries(KEYS, st.one_of(st.none(), st.integers(0, 9)), max_size=2 * RECORDS_PER_CHUNK), max_size=6
)


def encode(record):
    return (b"%d" % (record // 10), b"%d" % (record % 10))


@given(STEPS)
def test_they_say_what_all_records_joined_say(steps):
    lines, records = EncodedTable(encode), {}
    for step in steps:  # a value of None: the record goes
        for key, value in step.items():
            if value is None:
                records.pop(key, None)
            else:
                records[key] = value
        lines.mark(step)
        assert b"".join(lines.chunks(records)) == b",\n".join(b"".join(encode(record)) for record in records.values())


def test_only_the_chunk_that_a_changed_record_stands_in_is_made_anew():
    records = dict.fromkeys(range(3 * RECORDS_PER_CHUNK), 1)
    encoded = []
    lines = EncodedTable(lambda record: encoded.append(record) or encode(record))
    lines.mark(records)
    before = lines.chunks(records)
    encoded.clear()
    records[RECORDS_PER_CHUNK] = 2
    lines.mark([RECORDS_PER_CHUNK])
    after = lines.chunks(records)
    assert encoded == [2]
    assert [was is now for was, now in zip(before, after, strict=True)] == [True, False, True]
