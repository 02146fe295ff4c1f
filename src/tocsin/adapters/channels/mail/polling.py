# SPDX-License-Identifier: Apache-2.0
"""Fetches new mail from a mailbox over IMAP (RFC 9051). A message is marked as seen only after it was kept; one that
was kept and not marked, because the machine stopped in between, is recognised by its name and kept once. What a person
has read in the mailbox before is new all the same: messages are known by their numbers, too.
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

    def __call__(self, after: str = "") -> Iterator[Fetched]:
        """Yield what has not been seen, and what came after a place; see the port."""
        from imap_tools import AND, ImapToolsError, MailBox, MailboxLoginError, MailBoxUnencrypted, MailMessageFlags

        options = {"ssl_context": ssl.create_default_context()} if self.secure else {}
        try:
            box = (MailBox if self.secure else MailBoxUnencrypted)(self.host, self.port, timeout=SECONDS, **options)
            with _hung_up(box.client):
                box.login(self.user, self.password, self.folder)
                validity = box.folder.status(self.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
                newest = _newest(after, validity)
                unseen = {int(uid) for uid in box.uids(AND(seen=False))}
                later = {int(uid) for uid in box.uids(f"UID {newest + 1}:*")} if newest else set[int]()
                for number in sorted(unseen | {each for each in later if each > newest})[:BATCH]:
                    uid, newest = str(number), max(newest, number)
                    raw = _fetch(box, uid)
                    if raw is not None:
                        name = f"{self.host}/{self.folder}/{validity}/{uid}"
                        yield Fetched(name=name, raw=raw, envelope=ENVELOPE, place=f"{validity}/{newest}")
                        box.flag([uid], [MailMessageFlags.SEEN], True)
        except MailboxLoginError as error:
            raise PermissionError(f"{self.host} does not let {self.user} in") from error
        except (ImapToolsError, imaplib.IMAP4.error, KeyError) as error:
            raise OSError(f"{self.host} answers what was not expected") from error


ENVELOPE: Final = Envelope(via="imap")
"""A mailbox keeps no envelope; what its server wrote into the header stands there."""


def _newest(after: str, validity: int) -> int:
    """The number of the newest message that was kept; 0 where none was, or the numbers are others by now."""
    before, _, newest = after.partition("/")
    return int(newest) if newest.isdecimal() and before == str(validity) else 0


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
