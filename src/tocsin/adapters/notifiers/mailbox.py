# SPDX-License-Identifier: Apache-2.0
"""`ports.mail_out.Sends` into a folder: every mail a file, as it would have gone over the wire. For demos and trials.

The first two lines of a file are the envelope; after an empty line comes the mail itself. Files are numbered in the
order in which they were sent.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tocsin.services.ports.mail_out import Delivered, Fate, Kept, Outgoing

SUFFIX: Final = ".eml"
_HEAD: Final = b"X-Envelope-"


class MailFolder:
    """The folder; made when the first mail is put into it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()

    @contextmanager
    def session(self) -> Iterator[MailFolder]:
        """Nothing to connect to."""
        yield self

    def send(self, mail: Outgoing) -> Delivered:
        """Keep one mail; `LATER` where the folder cannot be written."""
        try:
            with self._lock:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                envelope = f"From: <{mail.sender}>\r\nX-Envelope-To: {mail.to}\r\n"
                self._keep(_HEAD + envelope.encode() + mail.body)
        except OSError:
            return Delivered(fate=Fate.LATER)
        return Delivered(fate=Fate.SENT, code=250)

    def _keep(self, mail: bytes) -> None:
        """Write it whole under the next number, also beside another process that does the same."""
        with tempfile.NamedTemporaryFile(dir=self._directory) as whole:
            whole.write(mail)
            whole.flush()
            while True:
                number = 1 + max((int(each.stem) for each in self._directory.glob(f"*{SUFFIX}")), default=0)
                with suppress(FileExistsError):
                    (self._directory / f"{number:04}{SUFFIX}").hardlink_to(whole.name)
                    return

    def all(self) -> list[Kept]:
        """Every mail, the first one first."""
        return [_read(each) for each in sorted(self._directory.glob(f"*{SUFFIX}"))]


def _read(path: Path) -> Kept:
    _, to, body = path.read_bytes().split(b"\r\n", 2)
    return Kept(number=int(path.stem), to=to.partition(b": ")[2].decode(), body=body)
