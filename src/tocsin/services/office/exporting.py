# SPDX-License-Identifier: Apache-2.0
"""One case as a file to be kept or handed on: everything of it that its holder may see, and what checks it.

A tar archive (POSIX.1-2001, pax) without compression, most of what reporters send being packed already. `SHA256SUMS`
names every other file, so that `sha256sum -c` finds what was changed; `SHA256SUMS.note` is a signed note (C2SP) of the
transparency log's key over it, so that the sums are this installation's; `log.jsonl` proves when each journal line was
written, and `verify_log.py` checks it. What opens anything at rest is not in it: no key of a case or of a file.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.intake import Attachment
from tocsin.core.log import note
from tocsin.core.log.note import Note
from tocsin.core.mail_out.model import safe_name
from tocsin.core.vocabulary import Actor, CaseRef, Refused
from tocsin.services import leaves, looks, publication, sealing, transparency
from tocsin.services.cases import Opened
from tocsin.services.office import Office, records
from tocsin.services.ports.shelf import Document
from tocsin.services.queries import thread, words

SUMS: Final = "SHA256SUMS"
NOTE: Final = "SHA256SUMS.note"
LOG: Final = "log.jsonl"
TITLE: Final = "tocsin case export 1"
"""First line of the signed note: no name of a log, so that no checkpoint can be mistaken for it."""

_README: Final = """\
{ref}: everything of this case that {name} could see on {at}, up to journal line {seq}.
TLP:AMBER+STRICT until its advisory is published, and the report and the team's own words after that as well.

case.json       the case: report, promises, decisions, embargo, advisory
messages.json   what was said, and with whom
events.json     what happened, by whom, line by line
reads.json      who looked at it while it was under embargo
files/          attachments, as strangers sent them: open them with care
advisory/       documents as they would be published now
published/      documents as they are published
log.jsonl       {proven} of {seq} journal lines, proven to stand in the transparency log

To check it: `tocsin case verify FILE`, or without Tocsin
  sha256sum -c SHA256SUMS
  python3 verify_log.py log.jsonl        (from the installation's /log, or docs/reference/log.md)
SHA256SUMS.note is a signed note (C2SP) over the SHA-256 of SHA256SUMS, by the key that log.jsonl names first.
"""


class Member(NamedTuple):
    """One file of the archive, its bytes as they come."""

    name: str
    size: int
    sha256: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class ExportOffice(Office):
    """The office, for whole cases."""

    def export(self, ref: CaseRef) -> Iterator[bytes] | Refused:
        """Yield the archive of a case. Attachments are opened one after the other while they are read."""
        return self.read(ref, "case.export", self._archive)

    def _archive(self, actor: Actor, opened: Opened) -> Iterator[bytes]:
        members = [*self._members(actor, opened)]
        sums = "".join(f"{each.sha256}  {each.name}\n" for each in members)
        members.append(_text(SUMS, sums))
        if signed := self._signed(opened, sums):
            members.append(_text(NOTE, signed))
        return _tar(opened.case.ref, int(self.desk.now().timestamp()), members)

    def _members(self, actor: Actor, opened: Opened) -> Iterator[Member]:
        desk, case = self.desk, opened.case
        places = sealing.Places(desk.sealer.instance)
        bodies = sealing.open_bodies(places, opened.key, case.ref, desk.journal.entries(case.ref))
        entries = [ev.decode(body) for body in bodies]
        shown = [
            leaves.of_entry(places, opened.key, case.ref, entry, body)
            for entry, body in zip(entries, bodies, strict=True)
        ]
        standing = desk.log.standing([leaves.commitment(each) for each in shown])
        proven = [each for each in shown if leaves.commitment(each) in standing]
        log = transparency.proven(desk.log, desk.log_notary.public, proven) if proven else None
        now = desk.now()
        said = (records.message(each, actor, now) for each in entries)
        told = _README.format(
            ref=case.ref, name=actor.name, at=words.instant(now), seq=case.seq, proven=len(proven) if log else 0
        )
        yield _text("README.txt", told)
        yield _json("case.json", self._case(actor, opened))
        yield _json("messages.json", [each for each in said if each])
        yield _json("events.json", [records.event(each) for each in entries])
        yield _json("reads.json", [each for each, _ in looks.of(desk, case.ref, opened.key)])
        if log:
            yield _text(LOG, log)
        yield from _documents("advisory", publication.preview(desk, opened).documents if case.advisory_id else ())
        yield from _documents("published", desk.shelf.documents(case.advisory_id) if case.published_at else ())
        files = {file.blob: file for each in entries for file in thread.attachments(each.event)}
        for number, file in enumerate(files.values(), start=1):
            yield self._file(number, file)

    def _file(self, number: int, file: Attachment) -> Member:
        name = f"files/{number:03}-{safe_name(file.name)}"
        return Member(name, file.size, file.sha256, self.desk.blobs.open(file.blob, file.key))

    def _signed(self, opened: Opened, sums: str) -> str:
        """Sign the sums as the installation; "" before the log has its first checkpoint, and with it a name."""
        desk, case = self.desk, opened.case
        key = transparency.key(desk.log, desk.log_notary.public)
        if key is None:
            return ""
        digest = hashlib.sha256(sums.encode()).hexdigest()
        unsigned = Note(text=f"{TITLE}\n{case.ref} {case.seq} {desk.now():%Y-%m-%dT%H:%M:%SZ}\n{digest}\n")
        return note.encode(note.signed(unsigned, key, desk.log_notary.sign(note.signed_bytes(unsigned))))


def _text(name: str, text: str) -> Member:
    body = text.encode()
    return Member(name, len(body), hashlib.sha256(body).hexdigest(), (body,))


def _json(name: str, value: Any) -> Member:
    return _text(name, msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _documents(folder: str, found: Iterable[Document]) -> Iterator[Member]:
    for each in found:
        body = each.body
        name = f"{folder}/{each.format}/{safe_name(each.name)}"
        yield Member(name, len(body), hashlib.sha256(body).hexdigest(), (body,))


def _tar(folder: str, at: int, members: Iterable[Member]) -> Iterator[bytes]:
    """Write an archive piece by piece; raises OSError where a file is not as long as it was said to be."""
    for each in members:
        info = tarfile.TarInfo(f"{folder}/{each.name}")
        info.size, info.mtime, info.mode = each.size, at, 0o600
        yield info.tobuf(tarfile.PAX_FORMAT)
        written = 0
        for chunk in each.chunks:
            written += len(chunk)
            yield chunk
        if written != each.size:
            raise OSError(f"{each.name} has {written} bytes instead of {each.size}")
        yield b"\0" * (-each.size % tarfile.BLOCKSIZE)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)
