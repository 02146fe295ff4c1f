# SPDX-License-Identifier: Apache-2.0
"""Fetches new mail from a mailbox over IMAP (RFC 9051). A message is marked as seen only after it was kept; one that
was kept and not marked, because the machine stopped in between, is recognised by its name and kept once.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from tocsin.core.mail.bounds import MAX_BYTES
from tocsin.core.mail.message import Envelope
from tocsin.services.ports.mail import Fetched

SECONDS: Final = 30.0
BATCH: Final = 200
"""Messages that are fetched in one go; the rest comes with the next."""


@dataclass(frozen=True)
class Imap:
    """One mailbox. `secure` speaks TLS from the start; without it only the loopback is spoken to."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    secure: bool = True

    def __repr__(self) -> str:
        return f"Imap({self.user}@{self.host}:{self.port}/{self.folder})"

    def __call__(self) -> Iterator[Fetched]:
        """Yield what has not been seen; see the port."""
        from imap_tools import AND, ImapToolsError, MailBox, MailboxLoginError, MailBoxUnencrypted, MailMessageFlags

        options = {"ssl_context": ssl.create_default_context()} if self.secure else {}
        try:
            box = (MailBox if self.secure else MailBoxUnencrypted)(self.host, self.port, timeout=SECONDS, **options)
            with _hung_up(box.client):
                box.login(self.user, self.password, self.folder)
                validity = box.folder.status(self.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
                for uid in box.uids(AND(seen=False))[:BATCH]:
                    raw = _fetch(box, uid)
                    if raw is not None:
                        yield Fetched(name=f"{self.host}/{self.folder}/{validity}/{uid}", raw=raw, envelope=ENVELOPE)
                        box.flag([uid], [MailMessageFlags.SEEN], True)
        except MailboxLoginError as error:
            raise PermissionError(f"{self.host} does not let {self.user} in") from error
        except (ImapToolsError, imaplib.IMAP4.error, KeyError) as error:
            raise OSError(f"{self.host} answers what was not expected") from error


ENVELOPE: Final = Envelope(via="imap")
"""A mailbox keeps no envelope; what its server wrote into the header stands there."""


@contextmanager
def _hung_up(client: imaplib.IMAP4) -> Iterator[None]:
    """Leave without a word, whatever became of the conversation."""
    try:
        yield
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            client.shutdown()


def _fetch(box: object, uid: str) -> bytes | None:
    """The bytes of one message, without marking it (BODY.PEEK)."""
    status, found = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{MAX_BYTES + 1}>)")  # type: ignore[attr-defined]
    if status != "OK":
        return None
    return next((part[1] for part in found if isinstance(part, tuple)), None)
