# SPDX-License-Identifier: Apache-2.0
"""Other people's OpenPGP: GnuPG and Sequoia's `sq`, each in a home of its own, as correspondents of a team."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

QUIET = ("--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--trust-model", "always")


def needs(*programs: str) -> None:
    """Skip where a program is not installed."""
    missing = [each for each in programs if not shutil.which(each)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)} (Debian: apt-get install gnupg sq)")


@dataclass(eq=False)
class Gpg:
    """One person's GnuPG."""

    home: Path
    address: str = ""

    def __call__(self, *words: str, given: bytes = b"", fails: bool = False) -> bytes:
        """Run it; returns standard output, with the status lines where they were asked for."""
        command = ["gpg", "--homedir", str(self.home), *QUIET, *words]
        done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
        assert fails or not done.returncode, done.stderr.decode("utf-8", "replace")
        return done.stdout

    def key(self, address: str, *, at: str = "", kind: str = "future-default", use: str = "default",
            term: str = "never") -> None:  # fmt: skip
        """Make a key; `at` is the day it is made on, `20200101T000000`."""
        clock = ("--faked-system-time", f"{at}!") if at else ()
        self(*clock, "--quick-generate-key", f"Somebody <{address}>", kind, use, term)
        self.address = address

    @property
    def public(self) -> bytes:
        """The own key, in armour."""
        return self("--armor", "--export", f"<{self.address}>")

    @property
    def fingerprint(self) -> str:
        """Of the own key."""
        shown = self("--with-colons", "--list-keys", f"<{self.address}>").decode()
        return next(line.split(":")[9] for line in shown.splitlines() if line.startswith("fpr"))

    def encrypt(self, text: bytes, to: str, *words: str) -> bytes:
        """Encrypt to a fingerprint."""
        return self("--armor", "--recipient", to, *words, "--encrypt", given=text)

    def decrypt(self, message: bytes) -> tuple[bytes, str]:
        """Decrypt; returns the text and the status lines."""
        out = self.home / "out"
        out.unlink(missing_ok=True)
        said = self("--status-fd", "1", "--output", str(out), "--decrypt", given=message, fails=True)
        return (out.read_bytes() if out.exists() else b""), said.decode("utf-8", "replace")

    def end(self) -> None:
        """Stop its agent."""
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], capture_output=True, check=False)


def gpg(home: Path) -> Gpg:
    """A GnuPG with an empty home, which has to be a short path: its agent listens on a socket there."""
    needs("gpg", "gpgconf")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Gpg(home)


def sq(words: Sequence[str], given: bytes = b"") -> bytes:
    """Run Sequoia's command line."""
    needs("sq")
    done = subprocess.run(["sq", *words], input=given, capture_output=True, timeout=60, check=False)
    assert not done.returncode, done.stderr.decode("utf-8", "replace")
    return done.stdout
