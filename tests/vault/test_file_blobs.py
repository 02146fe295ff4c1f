# SPDX-License-Identifier: Apache-2.0
"""What only the disk can show: order of syncs, full disks, torn uploads, plain bytes at rest, memory."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.vault.conftest import OnDisk
from tocsin.adapters.vault import FileBlobs, blobs, durable
from tocsin.services.ports.blobs import SealedBlob

CANARY = b"canary-in-the-attachment"
MIB = 1024 * 1024
FLAT = 2 * MIB


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> FileBlobs:
    return FileBlobs(root, "instance")


def put(store: FileBlobs, *chunks: bytes) -> SealedBlob:
    with store.create() as writer:
        for chunk in chunks:
            writer.write(chunk)
        return writer.finish()


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


# ---------------------------------------------------------------------------------------------------------- durability


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """The syncs and renames that happen from now on: what, where, and the file's size at that moment."""
    events: list[tuple[str, str, int]] = []
    fsync, rename = os.fsync, os.rename

    def recording_fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        events.append(("sync", str(path), os.fstat(handle).st_size if path.is_file() else 0))
        fsync(handle)

    def recording_rename(source: Path, target: Path) -> None:
        events.append(("rename", str(target), Path(source).stat().st_size))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "rename", recording_rename)
    return events


def order(root: Path, blob: SealedBlob) -> list[tuple[str, str, int]]:
    """What must have happened before `finish` may return: content, then name, then the directory of the name."""
    final = root / blob.id[0] / blob.id[1] / blob.id
    size = final.stat().st_size
    return [
        ("sync", str(root / "unfinished" / blob.id), size),
        ("rename", str(final), size),
        ("sync", str(final.parent), 0),
    ]


def test_a_finished_blob_is_synced_then_named_then_its_name_is_synced(
    root: Path, store: FileBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last bytes are few, so that they still wait in the file's own buffer when the end comes."""
    events = recorded(monkeypatch)
    blob = put(store, b"x" * (4 * 65_536 + 10))
    assert events == order(root, blob)


def test_control_a_build_that_does_not_sync_the_directory_is_caught(
    root: Path, store: FileBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = recorded(monkeypatch)
    monkeypatch.setattr(blobs, "sync_directory", lambda path: None)
    blob = put(store, b"x" * 300_000)
    assert events != order(root, blob)


def test_all_directories_are_made_and_synced_before_the_first_blob(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = recorded(monkeypatch)
    FileBlobs(root, "instance")
    synced = {path for _, path, _ in events}
    assert synced >= {str(root), str(root.parent), *(str(root / digit) for digit in "0123456789abcdef")}
    assert len(list(root.glob("[0-9a-f]/[0-9a-f]"))) == 256
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*")} == {0o700}


def test_a_deletion_is_synced(root: Path, store: FileBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = put(store, b"x")
    events = recorded(monkeypatch)
    store.delete(blob.id)
    assert events == [("sync", str(root / blob.id[0] / blob.id[1]), 0)]


@pytest.mark.parametrize("failing", ["fsync", "rename"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_failure_at_any_step_of_finish_leaves_no_blob_and_no_acknowledgement(
    root: Path, store: FileBlobs, monkeypatch: pytest.MonkeyPatch, failing: str, nth: int
) -> None:
    real, calls = getattr(os, failing), iter(range(1, 100))

    def fail(*args: object) -> None:
        if next(calls) == nth:
            raise OSError(errno.EIO, "input/output error")
        real(*args)

    writer = store.create()
    writer.write(b"x" * 300_000)
    monkeypatch.setattr(os, failing, fail)
    if (failing, nth) == ("rename", 2):
        assert writer.finish().size == 300_000  # there is one rename: this is the control
        return
    with pytest.raises(OSError, match="input/output"):
        writer.finish()
    assert files(root) == []


def test_a_full_disk_aborts_the_blob_and_it_cannot_be_finished(
    root: Path, store: FileBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, plain: bytes, tag: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    writer = store.create()
    monkeypatch.setattr("tocsin.adapters.vault.stream.StreamSealer._push", full)
    with pytest.raises(OSError, match="no space"):
        writer.write(b"x" * 300_000)
    with pytest.raises(ValueError, match="aborted"):
        writer.finish()
    assert files(root) == []


def test_torn_uploads_are_found_and_removed_and_running_ones_left(root: Path, store: FileBlobs) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    torn = root / "unfinished" / ("0" * 32)
    torn.write_bytes(b"half")
    os.utime(torn, ((now - 2 * hour).timestamp(),) * 2)
    with store.create() as running:
        running.write(b"x" * 300_000)
        assert store.discard_unfinished(now - hour) == 1
        assert not torn.exists()
        assert running.finish().size == 300_000


# ------------------------------------------------------------------------------------------------------------- secrecy


def test_no_plain_byte_is_on_disk_at_any_moment(root: Path, store: FileBlobs) -> None:
    with store.create() as writer:
        for _ in range(20):
            writer.write(CANARY * 1000)
            assert not any(CANARY in path.read_bytes() for path in files(root))
        blob = writer.finish()
    assert not any(CANARY in path.read_bytes() for path in files(root))
    assert {path.stat().st_mode & 0o777 for path in files(root)} == {0o600}
    assert b"".join(store.open(blob.id, blob.key)) == CANARY * 20_000


def test_a_symbolic_link_in_place_of_a_blob_is_not_followed(root: Path, store: FileBlobs, tmp_path: Path) -> None:
    one, two = put(store, b"one"), put(store, b"two")
    disk = OnDisk(root)
    moved = tmp_path / "moved"
    disk._path(one.id).rename(moved)
    disk._path(one.id).symlink_to(moved)
    with pytest.raises(OSError, match="symbolic"):
        store.open(one.id, one.key)
    assert b"".join(store.open(two.id, two.key)) == b"two"


# --------------------------------------------------------------------------------------------------------------- memory


def peak(work: Iterator[object]) -> int:
    tracemalloc.start()
    try:
        for _ in work:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def upload(store: FileBlobs, chunk: bytes, times: int, done: list[SealedBlob]) -> Iterator[None]:
    with store.create() as writer:
        for _ in range(times):
            writer.write(chunk)
            yield
        done.append(writer.finish())


def test_memory_is_flat_for_64_megabytes_in_and_out(store: FileBlobs) -> None:
    done: list[SealedBlob] = []
    assert peak(upload(store, b"x" * 65_536, 1024, done)) < FLAT
    assert done[0].size == 64 * MIB
    assert peak(store.open(done[0].id, done[0].key)) < FLAT


def test_memory_is_flat_for_one_enormous_chunk(store: FileBlobs) -> None:
    assert peak(upload(store, b"x" * (16 * MIB), 1, [])) < FLAT


PROGRAM = """
import sys
from pathlib import Path
from tocsin.adapters.vault import FileBlobs

def kib():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])

def once(megabytes, keep):
    with store.create() as writer:
        for _ in range(megabytes * 16):
            writer.write(b"x" * 65_536)
        blob = writer.finish()
    return [chunk for chunk in store.open(blob.id, blob.key) if keep]

store = FileBlobs(Path(sys.argv[1]), "instance")
once(2, False)
before = kib()
once(64, sys.argv[2] == "keep")
print(kib() - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("habit", "flat"), [("stream", True), ("keep", False)])
def test_the_whole_process_stays_flat_and_one_that_keeps_what_it_read_does_not(
    root: Path, habit: str, flat: bool
) -> None:
    """The allocator's view above does not see what libsodium's binding allocates; the system's view does."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root), habit], capture_output=True, text=True, check=True, env=environment
    )
    assert (int(run.stdout) * 1024 < FLAT) is flat


def test_control_a_reader_that_keeps_what_it_read_is_not_flat(store: FileBlobs) -> None:
    blob = put(store, b"x" * (4 * MIB))
    kept = b""

    def keeping() -> Iterator[None]:
        nonlocal kept
        for chunk in store.open(blob.id, blob.key):
            kept += chunk
            yield

    assert peak(keeping()) > FLAT


def test_a_new_file_is_durable_and_never_replaces_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = recorded(monkeypatch)
    durable.create_file(tmp_path / "new", b"content")
    assert events == [("sync", str(tmp_path / "new"), 7), ("sync", str(tmp_path), 0)]
    with pytest.raises(FileExistsError):
        durable.create_file(tmp_path / "new", b"other")
    assert (tmp_path / "new").read_bytes() == b"content"
