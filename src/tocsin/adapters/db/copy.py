# SPDX-License-Identifier: Apache-2.0
"""A copy of the database under running work, in two parts: everything, and what a shredded case could be brought back
with.

The second part (wrapped case keys, drops that wait, list rows, outbox) is kept for a short time only, so that no old
backup opens a case that was shredded since. SQLite is copied with its online backup (sqlite.org/backup.html), which
never holds up a writer for long; PostgreSQL row by row from one snapshot (`move`), so that a backup of either is the
same file, tried by the same drill, and brought back without the tools or the version of a server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.move import NotMoved, move
from tocsin.adapters.db.other import make_tables, reached
from tocsin.services.ports.store import Unavailable

WHOLE: Final = "database.sqlite3"
PERISHABLE: Final = "perishable.msgpack"

_KEPT_APART: Final = (
    ("keys", "SELECT case_id, wrapped FROM tocsin_case_key"),
    ("drops", "SELECT id, body FROM tocsin_drop WHERE NOT answered"),
    ("rows", "SELECT ref, body FROM tocsin_case"),
    ("effects", "SELECT id, body FROM tocsin_outbox WHERE done_at IS NULL"),
)
_TAKEN_OUT: Final = (
    "PRAGMA secure_delete=ON",
    "DELETE FROM tocsin_case_key",
    "UPDATE tocsin_drop SET body = x''",
    "UPDATE tocsin_case SET body = x''",
    "UPDATE tocsin_outbox SET body = x''",
)
_HAS_MARKS: Final = "SELECT 1 FROM sqlite_master WHERE name = 'tocsin_unsent'"
_MARKS_OUT: Final = "DELETE FROM tocsin_unsent"
"""A mark says that no report speaks of a file, and a copy knows that of its own moment only. Without marks, whatever
lies there stays. A copy made before an upgrade may not have the table yet."""

_PUT_BACK: Final = {
    "keys": "INSERT INTO tocsin_case_key (wrapped, case_id) VALUES (?, ?)",
    "drops": "UPDATE tocsin_drop SET body = ? WHERE id = ?",
    "rows": "UPDATE tocsin_case SET body = ? WHERE ref = ?",
    "effects": "UPDATE tocsin_outbox SET body = ? WHERE id = ?",
}
_PAGES: Final = 2000


class Perishable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept apart: for each kind, ids and sealed bytes."""

    keys: list[tuple[str, bytes]] = []
    drops: list[tuple[str, bytes]] = []
    rows: list[tuple[str, bytes]] = []
    effects: list[tuple[str, bytes]] = []


def copy_out(directory: Path, database: Database = DEFAULT) -> tuple[Path, Path]:
    """Copy the database into `directory`: the file of everything, and the file that is kept apart.

    Raises Unavailable when the copy cannot be made; what is there then is to be thrown away.
    """
    whole, apart = directory / WHOLE, directory / PERISHABLE
    if database.is_sqlite:
        _copy_sqlite(Path(database.connection.settings_dict["NAME"]), whole)
    else:
        _copy_rows(database, whole)
    with closing(sqlite3.connect(whole, isolation_level=None)) as copy:
        apart.write_bytes(msgspec.msgpack.encode(_perishable(copy)))
        for statement in _TAKEN_OUT:
            copy.execute(statement)
        if copy.execute(_HAS_MARKS).fetchone():
            copy.execute(_MARKS_OUT)
    return whole, apart


def put_back(whole: Path, apart: Path) -> None:
    """Put what was kept apart back into a copied SQLite file. A case that is not in it is passed over."""
    told = msgspec.msgpack.decode(apart.read_bytes(), type=Perishable)
    with closing(sqlite3.connect(whole, isolation_level=None)) as copy:
        known = {ref for (ref,) in copy.execute("SELECT ref FROM tocsin_case")}
        copy.execute("BEGIN")
        for kind, statement in _PUT_BACK.items():
            pairs: list[tuple[str, bytes]] = getattr(told, kind)
            copy.executemany(statement, [(body, name) for name, body in pairs if kind != "keys" or name in known])
        copy.execute("COMMIT")


class Sample(msgspec.Struct, frozen=True):
    """What a drill looks at in a restored copy."""

    sound: str
    cases: int
    lines: int
    newest: str
    some: Sequence[tuple[str, bytes, int, bytes]]


def sample(whole: Path, count: int) -> Sample:
    """Look into a restored SQLite file: its own check, how much it holds, its newest checkpoint of the log, and of
    `count` cases the wrapped key and the last journal line."""
    with closing(sqlite3.connect(f"file:{whole}?mode=ro", uri=True)) as copy:
        (sound,) = copy.execute("PRAGMA integrity_check").fetchone()
        (cases,) = copy.execute("SELECT count(*) FROM tocsin_case").fetchone()
        (lines,) = copy.execute("SELECT count(*) FROM tocsin_journal").fetchone()
        newest = copy.execute("SELECT note FROM tocsin_log_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
        some = copy.execute(
            "SELECT c.ref, k.wrapped, j.seq, j.body FROM tocsin_case c JOIN tocsin_case_key k ON k.case_id = c.ref"
            " JOIN tocsin_journal j ON j.case_id = c.ref AND j.seq = c.seq ORDER BY random() LIMIT ?",
            (count,),
        ).fetchall()
        return Sample(sound=sound, cases=cases, lines=lines, newest=newest[0] if newest else "", some=some)


def _copy_sqlite(source: Path, target: Path) -> None:
    target.touch(mode=0o600, exist_ok=False)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy, pages=_PAGES)
    except sqlite3.Error as error:
        raise Unavailable("the database could not be copied") from error


def _copy_rows(database: Database, target: Path) -> None:
    target.touch(mode=0o600, exist_ok=False)
    try:
        with reached(f"sqlite:///{target.name}", target.parent) as copy:
            make_tables(copy, like=database)
            move(database, copy)
    except NotMoved as error:
        raise Unavailable(f"the database could not be copied: {error}") from error


def _perishable(copy: sqlite3.Connection) -> Perishable:
    found: dict[str, list[tuple[str, bytes]]] = {
        kind: [(str(name), bytes(body)) for name, body in copy.execute(query)] for kind, query in _KEPT_APART
    }
    return Perishable(**found)
