"""BoardCache: the board made of cached chunks equals a fresh one, for both audiences, plain and compressed."""

import gzip
import json
from dataclasses import replace

import pytest

from app import create_app
from loadzone.config import Config
from loadzone.domain.records import Booking, Group, Vm
from loadzone.lib.encoded_table import RECORDS_PER_CHUNK
from loadzone.schemas.serializers import GROUP_VIEWS, MEMBERS, STRANGERS, VM_VIEWS, shown
from loadzone.web import compression
from loadzone.web.board_cache import BoardCache
from support.stores import json_store, write

MACHINES = 3 * RECORDS_PER_CHUNK


@pytest.fixture
def store(tmp_path):
    store = json_store(tmp_path / "data.json", shown=shown)
    vms = (Vm(f"vm-{number}", booking=Booking("bob@example.com", note="сборка")) for number in range(MACHINES))
    write(store, *vms, Group(1, "Perf"))
    yield store
    store.close()


def edit(store, vm_id, **fields):
    write(store, replace(store.snapshot.vms[vm_id], **fields))


def board_of(store):
    return BoardCache(store)


@pytest.mark.parametrize("audience", sorted(VM_VIEWS))
def test_after_any_change_it_equals_a_fresh_board(store, audience):
    board = board_of(store)

    def remove():
        write(store, remove=["vm-7"])

    def add():
        write(store, Vm("new"))

    def regroup():
        write(store, replace(store.snapshot.groups[1], name="Load", vm_ids=("new",)))

    for act in (lambda: edit(store, "vm-300", booking=None), remove, add, regroup, lambda: edit(store, "vm-0")):
        act()
        fresh, answer = board_of(store).answer(audience), board.answer(audience)
        assert answer == fresh
        state = store.snapshot
        assert json.loads(answer.body) == {
            "vms": [VM_VIEWS[audience](vm) for vm in state.vms.values()],
            "groups": [GROUP_VIEWS[audience](group) for group in state.groups.values()],
            "revision": state.revision,
        }
        compressed = board.gzipped(audience)
        assert gzip.decompress(compressed.body) == answer.body
        assert (compressed.etag, compressed.revision) == (answer.etag, answer.revision)


def test_unchanged_chunks_are_neither_encoded_nor_compressed_again(store, monkeypatch):
    board, compressed = board_of(store), []
    first = board.gzipped("members")
    deflate_part = compression.deflate_part
    monkeypatch.setattr(compression, "deflate_part", lambda text: compressed.append(text) or deflate_part(text))
    assert board.gzipped("members") is first
    edit(store, "vm-0", description="changed")
    board.gzipped("members")
    assert len(compressed) == 2, "the chunk of the machine, and the revision at the end"
    assert b"changed" in compressed[0]


def test_other_content_has_another_etag(store):
    board = board_of(store)
    before = board.answer("members").etag
    edit(store, "vm-5", booking=None)
    assert board.answer("members").etag != before


@pytest.mark.parametrize(("strangers", "audiences"), [("board", [MEMBERS, STRANGERS]), ("none", [MEMBERS])])
def test_a_server_has_made_the_first_answers_when_it_begins_to_serve(tmp_path, monkeypatch, strangers, audiences):
    config = Config(data=tmp_path / "data.json", secret_key="a key of a decent length", strangers=strangers)
    application = create_app(config).extensions["application"]
    made = []
    monkeypatch.setattr(compression, "deflate_part", lambda text: made.append(text) or b"")
    application.start()
    try:
        made_by_start = len(made)
        for audience in audiences:
            application.services.board_cache.gzipped(audience)
        assert len(made) == made_by_start > 0
        application.services.board_cache.gzipped(STRANGERS)
        assert (len(made) > made_by_start) == (STRANGERS not in audiences)
    finally:
        application.stop()
