# SPDX-License-Identifier: Apache-2.0
"""GnuPG as the second engine: it opens what the library cannot (bzip2, signatures inside of compressed data).

It runs in a home of its own, on a file system in memory where there is one, made for one message and removed after it,
under limits (prlimit(1)) of memory, time and output. Nothing is fetched: no key server, no automatic lookup of keys.
Sources: gpg(1), doc/DETAILS of GnuPG 2.2 for the status lines.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tocsin.adapters.openpgp.opening import Result
from tocsin.services.ports.openpgp import LARGEST, Signature, Signed

SECONDS: Final = 20.0
CPU_SECONDS: Final = 10
MEMORY: Final = 512 * 1024 * 1024
_QUIET: Final = (
    "--batch", "--no-tty", "--quiet", "--no-options", "--no-auto-key-retrieve", "--no-auto-key-locate",
    "--disable-dirmngr", "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", "",
)  # fmt: skip
_STATES: Final = {
    "VALIDSIG": Signed.GOOD,
    "BADSIG": Signed.BAD,
    "EXPKEYSIG": Signed.BAD,
    "REVKEYSIG": Signed.BAD,
    "EXPSIG": Signed.BAD,
    "NO_PUBKEY": Signed.UNKNOWN,
}
_MEMORY_DISK: Final = Path("/dev/shm")  # noqa: S108 - a directory of one's own is made in it
_OUTPUT: Final = "plain"
_PREFIX: Final = "tocsin-gpg-"
YOUNG: Final = 60.0
"""Seconds in which a home is certainly locked by whoever made it."""


def installed() -> bool:
    """Whether GnuPG and what limits it are on this machine."""
    return all(shutil.which(each) for each in ("gpg", "gpgconf", "prlimit"))


def open_with_gpg(secrets: Sequence[bytes], message: bytes, known: Sequence[bytes]) -> Result:
    """Open a message; every failure is a result with a word for it."""
    base = _MEMORY_DISK if _MEMORY_DISK.is_dir() else Path(tempfile.gettempdir())
    clear(base)
    with tempfile.TemporaryDirectory(dir=base, prefix=_PREFIX) as place, _held(place):
        home = Path(place)
        try:
            for key in (*secrets, *known):
                _gpg(home, ["--import"], key)
            return _decrypted(home, message)
        except (OSError, subprocess.SubprocessError):
            return Result(failed="unreadable")
        finally:
            _end_agent(home)


def clear(base: Path) -> int:
    """Remove the homes, secret keys and all, of processes that were killed: a home that is in use is locked. Says how
    many."""
    gone = 0
    for home in base.glob(f"{_PREFIX}*"):
        # One that is younger may not be locked yet, of others nothing can be opened, or it went away meanwhile.
        with suppress(OSError):
            if time.time() - home.lstat().st_mtime > YOUNG:
                with _held(str(home)):
                    shutil.rmtree(home)
                gone += 1
    return gone


@contextmanager
def _held(place: str) -> Iterator[None]:
    """Lock a directory of one's own until the end of the block, or of this process. Raises OSError where another does,
    and for what is no directory."""
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _decrypted(home: Path, message: bytes) -> Result:
    plain = home / _OUTPUT
    done = _gpg(home, ["--status-fd", "1", "--max-output", str(LARGEST), "--output", str(plain), "--decrypt"], message)
    lines = [line.split() for line in done.stdout.decode("utf-8", "replace").splitlines()]
    said = {words[1]: words[2:] for words in lines if len(words) > 1 and words[0] == "[GNUPG:]"}
    if "NO_SECKEY" in said and "DECRYPTION_OKAY" not in said:
        return Result(failed="no-key")
    # Without DECRYPTION_OKAY the text was altered or is not protected against it: nothing of it is used.
    if "DECRYPTION_OKAY" not in said or "DECRYPTION_FAILED" in said or not plain.exists():
        return Result(failed="unreadable")
    return Result(plain=plain.read_bytes(), signature=_signature(said))


def _signature(said: dict[str, list[str]]) -> Signature:
    for word, state in _STATES.items():
        if word in said:
            given = said[word]
            # VALIDSIG ends with the fingerprint of the certificate; the others begin with the key.
            return Signature(state=state, by=(given[-1] if word == "VALIDSIG" else given[0]).upper())
    return Signature(state=Signed.UNCHECKED) if "ERRSIG" in said else Signature()


def _gpg(home: Path, words: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    limits = [f"--as={MEMORY}", f"--cpu={CPU_SECONDS}", f"--fsize={LARGEST}", "--core=0"]
    command = ["prlimit", *limits, "gpg", *_QUIET, "--homedir", str(home), *words]
    return subprocess.run(
        command, input=given, capture_output=True, timeout=SECONDS, check=False, env=_environment(home)
    )  # fmt: skip


def _end_agent(home: Path) -> None:
    command = ["gpgconf", "--homedir", str(home), "--kill", "all"]
    subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=_environment(home))


def _environment(home: Path) -> dict[str, str]:
    return {"GNUPGHOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C.UTF-8"}
