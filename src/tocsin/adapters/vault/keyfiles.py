# SPDX-License-Identifier: Apache-2.0
"""Where keys lie, who may read them, and the refusal to start on a key that lies badly.

Four files. `instance.json` in the data directory is public: the instance's id and the public halves of its keys.
`intake.json` beside it (0600) holds the three intake secrets. The key-encryption key and the key of the log are in a
directory of their own (0700, the files 0600) outside the data directory, so that a copy or backup of all data opens
nothing and signs nothing for the log.

Other key providers (a passphrase, a credential of the service manager, a key holder process) can stand beside
`load_vault`; they all end in a `services.ports.vault.Vault`.
"""

from __future__ import annotations

import os
import secrets
import stat
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from tocsin.adapters.vault.durable import PRIVATE_DIRECTORY, create_file, replace_file
from tocsin.adapters.vault.notary import LOG, WITNESS, SigningNotary
from tocsin.adapters.vault.phrase import ReturnPhrases
from tocsin.adapters.vault.sealers import LocalVault, PublicSealer
from tocsin.adapters.vault.secret import KEY_BYTES
from tocsin.adapters.vault.tokens import TokenBox

INSTANCE_FILE: Final = "instance.json"
INTAKE_FILE: Final = "intake.json"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
PUBLIC_FILE: Final = 0o644

T = TypeVar("T", bound="KeyFile")


class KeyFileRefused(Exception):
    """A key file is missing, damaged, of another instance, or lies where others could read it. Says how to mend it."""


class KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the files have in common; nothing of them shows in `repr`."""

    instance: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class InstanceFile(KeyFile, frozen=True, kw_only=True):
    """`instance.json`: public. `log_key` checks the signatures of the log's checkpoints."""

    format: Literal["tocsin-instance-1"] = "tocsin-instance-1"
    public_key: bytes
    log_key: bytes


class IntakeFile(KeyFile, frozen=True, kw_only=True):
    """`intake.json`: what the reporter's room needs to make phrases, find cases and seal tokens."""

    format: Literal["tocsin-intake-1"] = "tocsin-intake-1"
    phrase: bytes
    locator: bytes
    token: bytes


class OldKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key-encryption key before a rotation: it opens until an instant, then it is destroyed."""

    seed: bytes
    until: datetime

    def __repr__(self) -> str:
        return "<OldKey>"


class KekFile(KeyFile, frozen=True, kw_only=True, omit_defaults=True):
    """`<instance>.kek`: the seed of the key-encryption key, and those of keys before it, newest first."""

    format: Literal["tocsin-kek-1"] = msgspec.field(default_factory=lambda: "tocsin-kek-1")  # written even so
    seed: bytes
    older: tuple[OldKey, ...] = ()
    made_at: datetime | None = None


class LogFile(KeyFile, frozen=True, kw_only=True):
    """`<instance>.logkey`: the seed of the keys that sign checkpoints."""

    format: Literal["tocsin-log-1"] = "tocsin-log-1"
    seed: bytes


def create_instance_keys(data_dir: Path, key_dir: Path) -> Path:
    """Make all keys of a new instance and return the path of the key-encryption key's file.

    Makes both directories with mode 0700 where they do not exist. Raises KeyFileRefused when `key_dir` is inside
    `data_dir` or open to others, and when the instance has keys already: keys are never overwritten.
    """
    _refuse_inside(key_dir, data_dir)
    for directory in (data_dir, key_dir):
        directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    _refuse_open_directory(key_dir)
    if (data_dir / INSTANCE_FILE).exists() or (data_dir / INTAKE_FILE).exists():
        raise KeyFileRefused(f"{data_dir} holds the keys of an instance already; they are never overwritten")
    kek = KekFile(instance=secrets.token_hex(8), seed=os.urandom(KEY_BYTES))
    log = LogFile(instance=kek.instance, seed=os.urandom(KEY_BYTES))
    key_file = kek_file(key_dir, kek.instance)
    _write(key_file, kek)
    _write(log_file(key_file), log)
    _write(data_dir / INTAKE_FILE, _new_intake(kek.instance))
    public = InstanceFile(
        instance=kek.instance,
        public_key=LocalVault(kek.instance, kek.seed).public,
        log_key=SigningNotary(log.seed, LOG).public,
    )
    _write(data_dir / INSTANCE_FILE, public, PUBLIC_FILE)  # last: where it stands, the others do too
    return key_file


def load_public(data_dir: Path) -> InstanceFile:
    """The public file of an installation; raises KeyFileRefused."""
    return _read(data_dir / INSTANCE_FILE, InstanceFile, secret=False)


def load_sealer(data_dir: Path) -> PublicSealer:
    """What intake seals with; reads `instance.json` only, and again when a rotation has changed it."""
    public = load_public(data_dir)
    return RotatingSealer(public.instance, public.public_key, data_dir / INSTANCE_FILE)


class RotatingSealer(PublicSealer):
    """Seals to the newest key that `instance.json` names, so that a rotation needs no restart."""

    def __init__(self, instance: str, public: bytes, path: Path) -> None:
        super().__init__(instance, public)
        self._path = path
        self._seen = _stamp(path)

    @property
    def newest(self) -> bytes:
        """The public key; looks at the file's stamp each time, and at its content when that changed."""
        if (stamp := _stamp(self._path)) != self._seen and stamp is not None:
            self._public = _read(self._path, InstanceFile, secret=False).public_key
            self._seen = stamp
        return self._public


def publish_key(data_dir: Path, public: bytes) -> None:
    """Name a new public key in `instance.json`; from then on everybody seals to it."""
    told = msgspec.structs.replace(load_public(data_dir), public_key=public)
    replace_file(data_dir / INSTANCE_FILE, encode(told), PUBLIC_FILE)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_mtime_ns, info.st_ino


def load_receipts(data_dir: Path) -> ReturnPhrases:
    """The makers of return phrases, from `intake.json`."""
    intake = _read(data_dir / INTAKE_FILE, IntakeFile)
    return ReturnPhrases(intake.phrase, intake.locator)


def load_tokens(data_dir: Path) -> TokenBox:
    """The sealer of browser tokens, from `intake.json`."""
    return TokenBox(_read(data_dir / INTAKE_FILE, IntakeFile).token)


def load_notary(data_dir: Path) -> SigningNotary:
    """The signer of receipts, made from a secret in `intake.json`."""
    return SigningNotary(_read(data_dir / INTAKE_FILE, IntakeFile).phrase)


def load_log_key(data_dir: Path) -> bytes:
    """The public half of the log's key; reads `instance.json` only."""
    return _read(data_dir / INSTANCE_FILE, InstanceFile, secret=False).log_key


def load_log_notaries(data_dir: Path, key_file: Path) -> tuple[SigningNotary, SigningNotary]:
    """The signers of our checkpoints, and of other logs' as their witness; their file lies beside `key_file`.

    Raises KeyFileRefused when it lies badly or is another instance's.
    """
    path = log_file(key_file)
    _refuse_inside(path, data_dir)
    _refuse_open_directory(path.resolve().parent)
    public = _read(data_dir / INSTANCE_FILE, InstanceFile, secret=False)
    log, witness, instance = _notaries(path)
    if (instance, log.public) != (public.instance, public.log_key):
        raise KeyFileRefused(f"{path} is the key of another instance than {data_dir}")
    return log, witness


def load_vault(data_dir: Path, key_file: Path) -> LocalVault:
    """What desk and worker open with. Raises KeyFileRefused when the file lies badly or is another instance's."""
    _refuse_inside(key_file, data_dir)
    _refuse_open_directory(key_file.resolve().parent)
    public = _read(data_dir / INSTANCE_FILE, InstanceFile, secret=False)
    vault = _vault(key_file)
    if vault.instance != public.instance or public.public_key not in vault.publics:
        raise KeyFileRefused(f"{key_file} is the key of another instance than {data_dir}")
    return vault


def refuse_badly_kept(data_dir: Path, key_file: Path) -> None:
    """Raise KeyFileRefused when a key lies inside the data directory, or in a directory open to others."""
    _refuse_inside(key_file, data_dir)
    _refuse_open_directory(key_file.resolve().parent)


def kek_file(directory: Path, instance: str) -> Path:
    """Where the key-encryption key of an instance lies in a key directory."""
    return directory / f"{instance}.kek"


def log_file(key_file: Path) -> Path:
    """Where the key of the log lies: beside the key-encryption key."""
    return key_file.with_suffix(".logkey")


def read_kek(path: Path) -> KekFile:
    """Read a key-encryption key that lies in clear; raises KeyFileRefused."""
    return _read(path, KekFile)


def read_log(path: Path) -> LogFile:
    """Read the key of the log; raises KeyFileRefused."""
    return _read(path, LogFile)


def read_private(path: Path) -> bytes:
    """Read a file that only its owner may read; raises KeyFileRefused."""
    return _bytes(path, secret=True)


def read_intake(data_dir: Path) -> IntakeFile:
    """Read the three intake secrets; raises KeyFileRefused."""
    return _read(data_dir / INTAKE_FILE, IntakeFile)


def write_back(data_dir: Path, public: InstanceFile, intake: IntakeFile) -> None:
    """Write the two files of a recovered installation into a data directory that has none; FileExistsError."""
    _write(data_dir / INTAKE_FILE, intake)
    _write(data_dir / INSTANCE_FILE, public, PUBLIC_FILE)


def _notaries(path: Path) -> tuple[SigningNotary, SigningNotary, str]:
    file = _read(path, LogFile)
    return SigningNotary(file.seed, LOG), SigningNotary(file.seed, WITNESS), file.instance


def _vault(key_file: Path) -> LocalVault:
    kek = _read(key_file, KekFile)
    return LocalVault(kek.instance, kek.seed, [old.seed for old in kek.older])


def _new_intake(instance: str) -> IntakeFile:
    return IntakeFile(
        instance=instance,
        phrase=os.urandom(KEY_BYTES),
        locator=os.urandom(KEY_BYTES),
        token=os.urandom(KEY_BYTES),
    )


def encode(value: msgspec.Struct) -> bytes:
    """A file's content."""
    return msgspec.json.format(msgspec.json.encode(value)) + b"\n"


def _write(path: Path, value: KeyFile, mode: int = stat.S_IRUSR | stat.S_IWUSR) -> None:
    create_file(path, encode(value), mode)


def _read(path: Path, kind: type[T], *, secret: bool = True) -> T:
    """The file as `kind`; raises KeyFileRefused, with nothing of its content, when it is damaged or open to others."""
    value = _decode(_bytes(path, secret=secret), kind)
    if value is None:
        raise KeyFileRefused(f"{path} is damaged, or not the key file that belongs there")
    return value


def _decode(data: bytes, kind: type[T]) -> T | None:
    try:
        value = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        return None
    keys = (part for part in msgspec.structs.astuple(value) if isinstance(part, bytes))
    return value if all(len(key) == KEY_BYTES for key in keys) else None


def _bytes(path: Path, *, secret: bool) -> bytes:
    """Content of `path`. The check is made on the open file, so nothing can be changed between check and reading."""
    try:
        with path.open("rb") as file:
            if secret:
                _refuse_open_file(path, os.fstat(file.fileno()))
            return file.read()
    except OSError as error:
        raise KeyFileRefused(f"{path} cannot be read: {error.strerror}") from None


def _refuse_open_file(path: Path, info: os.stat_result) -> None:
    if info.st_mode & OTHERS:
        raise KeyFileRefused(f"{path} can be read or written by others; run: chmod 600 {path}")
    if info.st_uid not in {0, os.geteuid()}:
        raise KeyFileRefused(f"{path} belongs to another user; run: chown {os.geteuid()} {path}")


def _refuse_open_directory(path: Path) -> None:
    if not path.is_dir():
        raise KeyFileRefused(f"{path} is not a directory")
    if path.stat().st_mode & OTHERS:
        raise KeyFileRefused(f"{path} is open to others; run: chmod 700 {path}")


def _refuse_inside(path: Path, data_dir: Path) -> None:
    """A key beside the data it opens is stolen with it."""
    if path.resolve().is_relative_to(data_dir.resolve()):
        raise KeyFileRefused(f"{path} is inside the data directory {data_dir}; move it out, so that no copy has both")
