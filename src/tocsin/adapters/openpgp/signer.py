# SPDX-License-Identifier: Apache-2.0
"""Makes, reads and uses the signing key (RFC 4880; CSAF 2.0, requirements 19 and 20)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from pysequoia import CipherSuite, Profile, SignatureMode, Tsk, sign

FILE: Final = "openpgp.key"
_PRIVATE: Final = stat.S_IRUSR | stat.S_IWUSR
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyRefused(Exception):
    """The key cannot be used; says why and how to mend it."""


class PgpSigner:
    """`site.Signer` with a key in memory."""

    __slots__ = ("_certificate", "_fingerprint", "_tsk")

    def __init__(self, secret: bytes) -> None:
        """Read an armoured or binary secret key. Raises KeyRefused, without a word of the key, for anything else."""
        try:
            self._tsk = Tsk.from_bytes(secret)
            certificate = self._tsk.extract_certificate()
        except Exception as error:
            raise KeyRefused(f"no OpenPGP secret key: {str(error).partition(chr(10))[0][:120]}") from None
        if certificate.is_revoked:
            raise KeyRefused(f"the key {certificate.fingerprint.upper()} is revoked")
        self._certificate = str(certificate)
        self._fingerprint = str(certificate.fingerprint).upper()

    def __repr__(self) -> str:
        return f"<PgpSigner {self._fingerprint}>"

    def __reduce__(self) -> str:
        raise TypeError("a signing key is not copied")

    @property
    def fingerprint(self) -> str:
        """Of the certificate, in capital hexadecimal digits."""
        return self._fingerprint

    @property
    def certificate(self) -> str:
        """The public half, in armour."""
        return self._certificate

    def sign(self, body: bytes) -> str:
        """A detached signature in armour."""
        return sign(self._tsk.signer(), body, mode=SignatureMode.DETACHED).decode("ascii")


def create_key(key_dir: Path, user_id: str) -> Path:
    """Make a key for `user_id` (`Example security <https://security.example.org>`) that does not expire, because
    signatures have to outlive it; it is revoked when it is replaced. Raises FileExistsError where there is one."""
    key = Tsk.generate(user_ids=[user_id], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519)
    path = key_dir / FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(bytes(key))
        file.flush()
        os.fsync(file.fileno())
    return path


def load_signer(key_dir: Path) -> PgpSigner | None:
    """The key of a key directory; None where there is none. Raises KeyRefused for one that lies openly or is broken."""
    path = key_dir / FILE
    try:
        if path.stat().st_mode & _OTHERS:
            raise KeyRefused(f"{path} can be read or written by others; run: chmod 600 {path}")
        return PgpSigner(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}") from None
