# SPDX-License-Identifier: Apache-2.0
"""A disk rebuilt from recorded system calls as a power cut would leave it, under four models of loss.

Recorded with strace(1) from outside the process, so nothing that the product does or says is trusted. What a model may
lose is what was written since the file's last fsync(2); what was synced is there under every model.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

CALL = re.compile(r"^\d+ +(\w+)\(\d+<([^>]*)>(?:, (.*))?\) += (-?\d+)")
ACKNOWLEDGED = b"ACK "
SECTOR = 512
MODELS = ("nothing is lost", "what was not synced is lost", "some of it is lost", "it ends in a torn write")


class Call(NamedTuple):
    """One recorded call: `write` (at `offset`), `truncate` (to `offset`), `sync`, or `ack` (`data` is the case)."""

    kind: str
    file: str
    offset: int = 0
    data: bytes = b""


def read_trace(path: Path, database: str) -> list[Call]:
    """The calls on the database's two files, and the acknowledgements, in order."""
    calls: list[Call] = []
    for line in path.read_text(encoding="ascii").splitlines():
        assert "unfinished" not in line, "one thread does all the work, so its calls come whole"
        found = CALL.match(line)
        if found is None:
            continue
        name, file, rest = found[1], Path(_bytes(found[2]).decode()).name, found[3] or ""
        if name == "write":
            data = _bytes(rest.split('"')[1])
            if data.startswith(ACKNOWLEDGED):
                calls.append(Call("ack", "", data=data.removeprefix(ACKNOWLEDGED).strip()))
        elif file in (database, f"{database}-wal"):
            calls.append(_call(name, file, rest))
    return calls


def _call(name: str, file: str, rest: str) -> Call:
    if name == "pwrite64":
        _, data, numbers = rest.split('"')
        return Call("write", file, int(numbers.rpartition(",")[2]), _bytes(data))
    return Call("truncate", file, int(rest)) if name == "ftruncate" else Call("sync", file)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def rebuilt(before: bytes, calls: Sequence[Call], database: str, model: str, chance: random.Random) -> dict[str, bytes]:
    """The two files as they are found after a power cut that came right after these calls."""
    files = {database: bytearray(before), f"{database}-wal": bytearray()}
    synced = {call.file: at for at, call in enumerate(calls) if call.kind == "sync"}
    loose: list[Call] = []
    for at, call in enumerate(calls):
        if call.kind not in ("write", "truncate"):
            continue
        if model == MODELS[0] or at < synced.get(call.file, -1):
            _apply(files, call)
        else:
            loose.append(call)
    if model == MODELS[2]:
        for call in loose:
            if chance.random() < 0.5:
                _apply(files, call)
    if model == MODELS[3] and loose:
        last = chance.randrange(len(loose))
        for call in loose[:last]:
            _apply(files, call)
        torn = loose[last]
        _apply(files, torn._replace(data=torn.data[: chance.randrange(0, len(torn.data) + 1, SECTOR)]))
    return {name: bytes(content) for name, content in files.items()}


def _apply(files: dict[str, bytearray], call: Call) -> None:
    content = files[call.file]
    if call.kind == "truncate":
        del content[call.offset :]
        content.extend(b"\0" * (call.offset - len(content)))
        return
    end = call.offset + len(call.data)
    content.extend(b"\0" * (end - len(content)))
    content[call.offset : end] = call.data


def lost(place: Path, files: dict[str, bytes], acknowledged: Sequence[str]) -> list[str]:
    """Acknowledged cases that are not there after the database has recovered; all of them where it cannot."""
    for name, content in files.items():
        (place / name).write_bytes(content)
    (shm := place / f"{min(files, key=len)}-shm").unlink(missing_ok=True)
    assert not shm.exists()
    try:
        with closing(sqlite3.connect(place / min(files, key=len))) as found:
            (sound,) = found.execute("PRAGMA quick_check").fetchone()
            there = {ref for (ref,) in found.execute("SELECT case_id FROM tocsin_journal WHERE seq = 1")}
            there &= {ref for (ref,) in found.execute("SELECT case_id FROM tocsin_case_key")}
    except sqlite3.DatabaseError:
        return list(acknowledged) or ["the database itself"]
    return [ref for ref in acknowledged if ref not in there] if sound == "ok" else ["the database itself"]
