# SPDX-License-Identifier: Apache-2.0
"""Contract of `BlobStore`: what comes out is what went in, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.conftest import at_rest
from tocsin.adapters.vault import stream
from tocsin.adapters.vault.stream import CHUNK, HEAD, SEALED_CHUNK
from tocsin.services.ports.blobs import BlobMissing, BlobStore, SealedBlob
from tocsin.services.ports.vault import Tampered
from tocsin.testing.vault import MemoryBlobs, Sealing

PLAIN = b"".join(bytes([n]) * CHUNK for n in range(4)) + b"the end"
SEAMS = [HEAD + n * SEALED_CHUNK for n in range(5)]


def put(store: BlobStore, plain: bytes, step: int = 50_000) -> SealedBlob:
    with store.create() as writer:
        for start in range(0, len(plain), step):
            writer.write(plain[start : start + step])
        return writer.finish()


def get(store: BlobStore, blob: SealedBlob) -> bytes:
    return b"".join(store.open(blob.id, blob.key))


@given(st.lists(st.binary(max_size=300)), st.integers(0, 3), st.integers(-2, 2))
def test_what_goes_in_comes_out_however_it_is_cut(parts: list[bytes], chunks: int, shift: int) -> None:
    store = MemoryBlobs("i")
    parts = [*parts, b"x" * max(0, chunks * CHUNK + shift)]
    with store.create() as writer:
        for part in parts:
            writer.write(part)
        blob = writer.finish()
    plain = b"".join(parts)
    assert get(store, blob) == plain
    assert (blob.size, blob.sha256) == (len(plain), hashlib.sha256(plain).hexdigest())


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(PLAIN)])
def test_every_store_gives_back_every_size(sealing: Sealing, size: int) -> None:
    blob = put(sealing.blobs, PLAIN[:size])
    assert get(sealing.blobs, blob) == PLAIN[:size]
    chunks = [len(chunk) for chunk in sealing.blobs.open(blob.id, blob.key)]
    assert chunks == [CHUNK] * (max(size - 1, 0) // CHUNK) + [size - max(size - 1, 0) // CHUNK * CHUNK], "none is empty"


def test_two_blobs_of_the_same_bytes_share_nothing_but_their_length(sealing: Sealing) -> None:
    one, two = put(sealing.blobs, PLAIN), put(sealing.blobs, PLAIN)
    assert one.id != two.id
    assert one.key != two.key
    sealed = at_rest(sealing.blobs)
    assert sealed[one.id][1:] != sealed[two.id][1:]
    assert len(sealed[one.id]) == len(sealed[two.id])


# ------------------------------------------------------------------------------------------------------------ tampering


def damages(sealed: bytes) -> Iterator[tuple[str, bytes]]:
    """Every way to cut, move, double, add and change that leaves something to read."""
    for seam in SEAMS:
        for end in (seam - 1, seam, seam + 1, seam + SEALED_CHUNK - CHUNK):
            if 0 <= end < len(sealed):
                yield f"cut at {end}", sealed[:end]
    head, chunks = sealed[:HEAD], [sealed[at : at + SEALED_CHUNK] for at in SEAMS]
    for n in range(len(chunks)):
        yield f"without chunk {n}", head + b"".join(chunks[:n] + chunks[n + 1 :])
        yield f"chunk {n} twice", head + b"".join([*chunks[: n + 1], *chunks[n:]])
        yield f"byte changed in chunk {n}", sealed[: SEAMS[n]] + bytes([sealed[SEAMS[n]] ^ 1]) + sealed[SEAMS[n] + 1 :]
    yield "two chunks swapped", head + b"".join([chunks[1], chunks[0], *chunks[2:]])
    yield "one byte added", sealed + b"\0"
    yield "the last chunk again", sealed + chunks[-1]
    yield "itself again", sealed + sealed
    yield "another version", b"\x02" + sealed[1:]
    yield "another header", sealed[:1] + bytes(HEAD - 1) + sealed[HEAD:]


def damages_not_noticed(store: BlobStore, plain: bytes = PLAIN) -> list[str]:
    """Damages after which reading ends as if all were well, or hands out a byte that is not in its place."""
    blob = put(store, plain)
    sealed = at_rest(store)[blob.id]
    found = []
    for name, damaged in damages(sealed):
        at_rest(store)[blob.id] = damaged
        seen = b""
        try:
            for chunk in store.open(blob.id, blob.key):
                seen += chunk
        except Tampered:
            if plain.startswith(seen):
                continue
        found.append(name)
    return found


def test_a_blob_cut_moved_doubled_longer_or_changed_is_tampered_and_yields_only_authentic_bytes(
    sealing: Sealing,
) -> None:
    assert damages_not_noticed(sealing.blobs) == []
    assert damages_not_noticed(sealing.blobs, PLAIN[:CHUNK] * 5) == []  # nothing is read with the last chunk here


def test_control_a_reader_that_takes_the_end_of_the_file_for_the_end_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    pull = stream.StreamOpener._pull

    def lenient(self: stream.StreamOpener, sealed: bytes) -> tuple[bytes, bool] | None:
        return pull(self, sealed) if sealed else (b"", True)

    monkeypatch.setattr(stream.StreamOpener, "_pull", lenient)
    assert f"cut at {SEAMS[2]}" in damages_not_noticed(MemoryBlobs("i"))


def test_a_blob_laid_under_another_id_or_on_another_instance_is_tampered(sealing: Sealing, elsewhere: Sealing) -> None:
    one, two = put(sealing.blobs, PLAIN), put(sealing.blobs, PLAIN)
    foreign = put(elsewhere.blobs, PLAIN)
    at_rest(sealing.blobs)[two.id] = at_rest(sealing.blobs)[one.id]
    at_rest(elsewhere.blobs)[foreign.id] = at_rest(sealing.blobs)[one.id]
    for store, blob_id in ((sealing.blobs, two.id), (elsewhere.blobs, foreign.id)):
        with pytest.raises(Tampered):
            list(store.open(blob_id, one.key))


@pytest.mark.parametrize("key", [b"", b"k" * 31, b"k" * 32, b"k" * 33])
def test_a_wrong_key_is_tampered_before_any_byte(sealing: Sealing, key: bytes) -> None:
    blob = put(sealing.blobs, PLAIN)
    with pytest.raises(Tampered):
        next(sealing.blobs.open(blob.id, key))


# ------------------------------------------------------------------------------------------------------- life of a blob


def test_a_reader_can_leave_early(sealing: Sealing) -> None:
    blob = put(sealing.blobs, PLAIN)
    reader = sealing.blobs.open(blob.id, blob.key)
    assert next(reader) == PLAIN[:CHUNK]
    reader.close()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        next(reader)


def test_an_aborted_blob_leaves_nothing_and_takes_nothing_more(sealing: Sealing) -> None:
    writer = sealing.blobs.create()
    writer.write(PLAIN)
    writer.abort()
    writer.abort()
    assert len(at_rest(sealing.blobs)) == 0
    for more in (lambda: writer.write(b"x"), writer.finish):
        with pytest.raises(ValueError, match="aborted"):
            more()


def test_a_blob_left_by_an_error_is_aborted_and_a_finished_one_stays(sealing: Sealing) -> None:
    finished: list[SealedBlob] = []

    def broken_off(*, finish: bool) -> None:
        with sealing.blobs.create() as writer:
            writer.write(PLAIN)
            if finish:
                finished.append(writer.finish())
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        broken_off(finish=False)
    assert len(at_rest(sealing.blobs)) == 0
    with pytest.raises(ConnectionResetError):
        broken_off(finish=True)
    assert get(sealing.blobs, finished[0]) == PLAIN


def test_a_deleted_blob_is_missing(sealing: Sealing) -> None:
    blob = put(sealing.blobs, PLAIN)
    sealing.blobs.delete(blob.id)
    assert len(at_rest(sealing.blobs)) == 0
    for action in (lambda: sealing.blobs.open(blob.id, blob.key), lambda: sealing.blobs.delete(blob.id)):
        with pytest.raises(BlobMissing):
            action()


@pytest.mark.parametrize(
    "blob_id",
    [
        "", ".", "..", "/etc/passwd", "../../intake.json", "0" * 31, "0" * 33, "A" * 32, "0" * 31 + "/", "unfinished",
        "0" * 31 + "\n", "0" * 32 + "\n", "\0" * 32, "\N{ARABIC-INDIC DIGIT ZERO}" * 32, "0/0/" + "0" * 28,
    ],
)  # fmt: skip
def test_what_is_no_id_is_missing_like_any_other(sealing: Sealing, blob_id: str) -> None:
    actions: list[Callable[[], object]] = [
        lambda: sealing.blobs.open(blob_id, b"k" * 32),
        lambda: sealing.blobs.delete(blob_id),
    ]
    for action in actions:
        with pytest.raises(BlobMissing):
            action()


@pytest.mark.parametrize("trick", ["{}/.", "{}/", "./{}", "{}\n", "{}\0", "../../{}", " {}", "//{}"])
def test_no_way_of_writing_a_path_reaches_a_blob(sealing: Sealing, trick: str) -> None:
    blob = put(sealing.blobs, b"x")
    for blob_id in (trick.format(blob.id), trick.format(f"{blob.id[0]}/{blob.id[1]}/{blob.id}"), blob.id.upper() + "A"):
        with pytest.raises(BlobMissing):
            sealing.blobs.open(blob_id, blob.key)


def test_old_blobs_can_be_found(sealing: Sealing) -> None:
    one, two = put(sealing.blobs, b"one"), put(sealing.blobs, b"two")
    now, hour = datetime.now(UTC), timedelta(hours=1)
    assert set(sealing.blobs.older_than(now + hour)) == {one.id, two.id}
    assert list(sealing.blobs.older_than(now - hour)) == []


def test_a_sealed_blob_travels_inside_something_sealed_and_hides_its_key_elsewhere(sealing: Sealing) -> None:
    blob = put(sealing.blobs, b"x")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(blob), type=SealedBlob) == blob
    assert repr([blob]) == f"[SealedBlob(id='{blob.id}', size=1)]"
