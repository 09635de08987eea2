"""EncodedTable: its chunks equal a fresh encoding of all records, and unchanged chunks are not encoded again."""

from hypothesis import given, strategies as st

from loadzone.lib.encoded_table import RECORDS_PER_CHUNK, EncodedTable

IDS = st.integers(0, 3 * RECORDS_PER_CHUNK)
STEPS = st.lists(
    st.dictionaries(IDS, st.one_of(st.none(), st.integers(0, 9)), max_size=2 * RECORDS_PER_CHUNK), max_size=6
)


def encode(record):
    return (b"%d" % (record // 10), b"%d" % (record % 10))


@given(STEPS)
def test_the_chunks_equal_all_records_encoded_and_joined(steps):
    table, records = EncodedTable(encode), {}
    for step in steps:  # None removes the record
        for key, value in step.items():
            if value is None:
                records.pop(key, None)
            else:
                records[key] = value
        table.mark(step)
        assert b"".join(table.chunks(records)) == b",\n".join(b"".join(encode(record)) for record in records.values())


def test_only_the_chunk_of_a_changed_record_is_encoded_again():
    records = dict.fromkeys(range(3 * RECORDS_PER_CHUNK), 1)
    encoded = []
    table = EncodedTable(lambda record: encoded.append(record) or encode(record))
    table.mark(records)
    before = table.chunks(records)
    encoded.clear()
    records[RECORDS_PER_CHUNK] = 2
    table.mark([RECORDS_PER_CHUNK])
    after = table.chunks(records)
    assert encoded == [2]
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, False, True]
