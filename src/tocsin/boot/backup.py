# SPDX-License-Identifier: Apache-2.0
"""Backups of an installation: made while it works, tried by restoring them, and brought back on another machine.

One backup is a directory named by its instant: `data.tocsin` (database without keys, attachments), `keys.tocsin` (the
wrapped case keys and what else dies with a shredded case, kept for thirty days) and `recovery.json` (the private keys,
sealed to the recovery kit). Whoever steals it has nothing without two shares of the kit.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from tocsin.adapters.db import copy as database
from tocsin.adapters.vault import archive, recovery
from tocsin.adapters.vault.archive import INSTANCE, RECOVERY, Header, NotAnArchive
from tocsin.adapters.vault.box import BoxKey, seal_to
from tocsin.adapters.vault.durable import NEW_FILE, PRIVATE_DIRECTORY, PRIVATE_FILE
from tocsin.adapters.vault.keyfiles import publish_key, write_back
from tocsin.adapters.vault.keyring import Keyring, write_ring
from tocsin.boot.config import Config
from tocsin.boot.keys import write_files
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import rotation, sealing
from tocsin.services.app import Desk
from tocsin.services.health import BACKUP, DRILLED, GOOD
from tocsin.services.ports.vault import Tampered
from tocsin.services.rotation import KEPT

DATA: Final = "data.tocsin"
KEYS: Final = "keys.tocsin"
SAMPLE: Final = 20
RESTORED: Final = "tocsin.db"
"""Where a restored SQLite database lies: where an installation without settings looks for it."""

_STAMP: Final = "%Y-%m-%dT%H%M%SZ"
_MAKING: Final = ".making-"
_DRILL: Final = ".drill-"
LEFT: Final = timedelta(days=1)
"""No backup and no drill takes as long."""

_ATTACHMENTS: Final = "attachments"


class NoBackup(Exception):
    """There is no backup to work with, or it is not whole; the message says which."""


def directory(config: Config) -> Path:
    """Where backups are written."""
    return Path(config.backup.directory or config.data_dir / "backups").expanduser()


def make(config: Config, desk: Desk) -> Path:
    """Make a backup; returns its directory. Raises Unavailable and OSError; nothing half-made is left under a name."""
    now = desk.now()
    kit = recovery.load(config.data_dir)
    recipients: dict[str, archive.Seal] = {INSTANCE: desk.sealer.seal_drop}
    if kit is not None:
        public = kit.public
        recipients[RECOVERY] = lambda plain, ad: seal_to(public, plain, ad)
    home = directory(config)
    home.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    clear(home)
    with tempfile.TemporaryDirectory(prefix=_MAKING, dir=home) as made:
        whole, apart = database.copy_out(Path(made))
        target = Path(made) / "done"
        target.mkdir(mode=PRIVATE_DIRECTORY)
        instance = desk.sealer.instance
        with archive.writing(target / KEYS, Header(instance=instance, kind="keys", made_at=now), recipients) as write:
            _pack(write, [(apart, apart.name)])
        with archive.writing(target / DATA, Header(instance=instance, kind="data", made_at=now), recipients) as write:
            _pack(write, [(whole, whole.name), *_attachments(config.data_dir)])
        if kit is not None:
            shutil.copy(config.data_dir / recovery.FILE, target / recovery.FILE)
        final = home / now.astimezone(UTC).strftime(_STAMP)
        target.rename(final)
    desk.machine.facts.note(BACKUP, GOOD, now)
    return final


def clear(home: Path) -> int:
    """Remove what a backup or drill left that was killed a day ago or longer: wrapped keys lie in it, and those are
    kept for `KEPT` and no longer. Says how many."""
    limit = time.time() - LEFT.total_seconds()
    found = [each for pattern in (f"{_MAKING}*", f"{_DRILL}*") for each in home.glob(pattern)]
    torn = [each for each in found if each.lstat().st_mtime < limit]
    for each in torn:
        shutil.rmtree(each)
    return len(torn)


def prune(config: Config, now: datetime) -> int:
    """Remove wrapped keys that are older than they may be kept, and backups beyond the number kept; says how many."""
    gone = 0
    kept = backups(config)
    for home in kept:
        old = now - _instant(home) > KEPT
        if old and (home / KEYS).exists():
            (home / KEYS).unlink()
            gone += 1
    for home in kept[: -config.backup.keep]:
        shutil.rmtree(home)
        gone += 1
    return gone


def backups(config: Config) -> list[Path]:
    """Directories of backups, oldest first."""
    home = directory(config)
    found = []
    for path in home.iterdir() if home.is_dir() else ():
        with suppress(ValueError):
            _instant(path)
            found.append(path)
    return sorted(found)


def _instant(home: Path) -> datetime:
    """When a backup was made, by its name; raises ValueError for another name."""
    return datetime.strptime(home.name, _STAMP).replace(tzinfo=UTC)


def drill(config: Config, desk: Desk, home: Path | None = None) -> str:
    """Restore the newest backup into a scratch place and look at it; `good`, or what is wrong. Kept as a fact."""
    found = _drill(config, desk, home)
    desk.machine.facts.note(DRILLED, found[:200], desk.now())
    return found


def _drill(config: Config, desk: Desk, home: Path | None) -> str:
    made = [home] if home else backups(config)
    if not made:
        return "there is no backup"
    newest = made[-1]

    def unseal(header: Header) -> bytes:
        return desk.vault.open_drop(archive.sealed_for(header, INSTANCE), header.place(INSTANCE))

    try:
        with tempfile.TemporaryDirectory(prefix=_DRILL, dir=directory(config)) as scratch:
            _unpack(newest, Path(scratch), unseal)
            return _look(desk, Path(scratch))
    except (NoBackup, NotAnArchive, Tampered, OSError, tarfile.TarError, msgspec.DecodeError) as error:
        return f"{newest.name} does not restore: {type(error).__name__}"


def _look(desk: Desk, scratch: Path) -> str:
    whole = scratch / database.WHOLE
    database.put_back(whole, scratch / database.PERISHABLE)
    seen = database.sample(whole, SAMPLE)
    if seen.sound != "ok":
        return "the restored database is damaged"
    places = sealing.Places(desk.sealer.instance)
    for ref, wrapped, seq, body in seen.some:
        key = desk.vault.case_key(ref, wrapped, SYSTEM_ACTOR.id, "drill")
        key.open(body, places.entry(ref, seq))
    return GOOD


def restore(home: Path, shares: list[recovery.Share], data: Path, keys: Path) -> recovery.Rest:
    """Bring an installation back from a backup and two shares, into two empty directories.

    Writes the database as a file (`tocsin db move` brings it to PostgreSQL), attachments, public files and private
    keys; the configuration file is the caller's. Raises NoBackup, ShareRefused, NotAnArchive, Tampered,
    FileExistsError and OSError.
    """
    file = recovery.load(home)
    if file is None:
        raise NoBackup(f"{home} holds no {recovery.FILE}: it was made before there was a recovery kit")
    ring, rest, box = recovery.recover(file, shares)
    for path in (data, keys):
        path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise FileExistsError(f"{path} is not empty")
    _unpack(home, data, lambda header: _unsealed(box, header))
    database.put_back(data / database.WHOLE, data / database.PERISHABLE)
    (data / database.PERISHABLE).unlink()
    (data / database.WHOLE).rename(data / RESTORED)
    _write_keys(ring, rest, data, keys)
    recovery.save(data, file)
    return rest


def _write_keys(ring: Keyring, rest: recovery.Rest, data: Path, keys: Path) -> None:
    write_back(data, rest.public, rest.intake)
    write_ring(keys, ring)
    write_files(keys, rest.files)


def _unsealed(box: BoxKey, header: Header) -> bytes:
    return box.open(archive.sealed_for(header, RECOVERY), header.place(RECOVERY))


def _pack(write: Callable[[bytes], None], files: list[tuple[Path, str]] | Iterator[tuple[Path, str]]) -> None:
    with tarfile.open(fileobj=_Sink(write), mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        for path, name in files:
            with suppress(FileNotFoundError):  # an attachment that was given up meanwhile
                tar.add(path, arcname=name, recursive=False)


def _attachments(data: Path) -> Iterator[tuple[Path, str]]:
    """Sealed files, at the place where they stand. They are copied after the database: none that it names is missed."""
    root = data / _ATTACHMENTS
    for path in sorted(root.glob("[0-9a-f]/[0-9a-f]/*")):
        yield path, path.relative_to(data).as_posix()


def _unpack(home: Path, target: Path, unseal: Callable[[Header], bytes]) -> None:
    for name, kind in ((DATA, "data"), (KEYS, "keys")):
        path = home / name
        if not path.exists():
            raise NoBackup(f"{path} is missing; wrapped keys are kept for {KEPT.days} days")
        if archive.read_header(path).kind != kind:
            raise NotAnArchive(f"{path} is not what its name says")
        with archive.reading(path, unseal) as plain:
            _extract(plain, target)


def _extract(plain: BinaryIO, target: Path) -> None:
    """Unpack a stream to its end: only then it is known to be whole."""
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        for member in tar:
            _place(tar, member, target.resolve())
    while plain.read(1 << 20):
        pass


def _place(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write one plain file below `target`. By hand: Python 3.11.0 to 3.11.3 (Debian 12) know no extraction filters."""
    path = (target / member.name).resolve()
    source = tar.extractfile(member) if member.isreg() else None
    if source is None or not path.is_relative_to(target):
        raise NotAnArchive(f"{member.name} is no plain file below the backup")
    path.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, NEW_FILE, PRIVATE_FILE), "wb") as file:
        shutil.copyfileobj(source, file)


class _Sink:
    """Where `tarfile` writes."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self.write = write


def nightly(config: Config, desk: Desk) -> None:
    """Backup, drill, pruning and the end of old keys, once a day; called every few minutes, it looks at the clock."""
    facts, now = desk.machine.facts.all(), desk.now()
    made, drilled = facts.get(BACKUP), facts.get(DRILLED)
    if made is None or _long_ago(made.at, now):
        make(config, desk)
        prune(config, now)
        rotation.retire(desk, partial(publish_key, config.data_dir))
        drilled = None
    if drilled is None or _long_ago(drilled.at, now):
        drill(config, desk)


def _long_ago(at: datetime, now: datetime) -> bool:
    """Whether a day passed, or it is said of a day to come: the clock was wrong then, and nobody waits for that day."""
    return not timedelta(minutes=-5) < now - at < timedelta(days=1)
