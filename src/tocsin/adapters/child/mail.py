# SPDX-License-Identifier: Apache-2.0
"""Takes a mail apart, in the child only and after `core.mail.bounds` has counted what it may cost.

The walk is the standard library's old parser (`policy.compat32`): the new one costs ten times as much and recurses on
comments. Of what it offers only what is linear is used: no date is read, no address list with comments, no codec that
is not on our list. Nothing is fetched, no HTML is shown: it becomes text. Sources: RFC 5322, 2045 to 2047, 2231, 3156.
"""

from __future__ import annotations

import re
from email.errors import MultipartInvariantViolationDefect, StartBoundaryNotFoundDefect
from email.message import Message as Parsed
from email.utils import collapse_rfc2231_value
from typing import Final

from tocsin.adapters.child.mail_clear import Found, cleartext
from tocsin.adapters.child.mail_part import parsed
from tocsin.adapters.child.mail_spared import Spared, decoder, unpacked
from tocsin.adapters.child.mail_words import boxes, codec, ids, line_of, raw_line, text_of, unhtml
from tocsin.core.mail.bounds import MAX_BYTES, MAX_DEPTH, exceeded
from tocsin.core.mail.message import KEPT_HEADERS, ClearSigned, File, Message, Sealed, SignedPart

MAX_TEXT: Final = 1024 * 1024
MAX_HTML: Final = 512 * 1024
MAX_FILES: Final = 200
_ARMOUR: Final = "-----BEGIN PGP MESSAGE-----"
_ARMOUR_END: Final = "-----END PGP MESSAGE-----"


def mail(content: bytes) -> Message:
    """Take a mail apart. Raises ValueError for one beyond the bounds, which whoever asks has counted before."""
    spared = Spared(content)
    if len(content) > MAX_BYTES or exceeded(spared.short):
        raise ValueError("beyond the bounds")
    return _message(content, parsed(spared.short), 1, spared)


def _message(content: bytes, whole: Parsed, depth: int, spared: Spared) -> Message:
    headers = _headers(whole)
    froms = headers.get("from", [])
    oddities: list[str] = []
    walked = _Walk(oddities, spared)
    if depth <= MAX_DEPTH:
        walked.part(whole, depth)
    text = walked.words()
    return Message(
        subject=line_of(_first(headers, "subject")),
        froms=tuple(box for value in froms[:4] for box in boxes(value, oddities)),
        from_headers=len(froms),
        to=tuple(box for name in ("to", "cc") for each in headers.get(name, [])[:4] for box in boxes(each)),
        reply_to=tuple(box for each in headers.get("reply-to", [])[:2] for box in boxes(each)),
        date=line_of(_first(headers, "date"))[:100],
        message_id=next(iter(ids(headers, "message-id")), ""),
        references=tuple(dict.fromkeys((*ids(headers, "in-reply-to"), *reversed(ids(headers, "references"))))),
        headers=tuple(
            (name.lower(), raw_line(value)) for name, value in whole.raw_items() if name.lower() in KEPT_HEADERS
        )[:100],
        media_type=whole.get_content_type(),
        text=text,
        files=tuple(walked.files),
        inside=walked.inside,
        sealed=walked.sealed or _armoured(text),
        signed=_signed(content, whole) if depth == 1 else None,
        clear=walked.signed_words() if depth == 1 else None,
        oddities=tuple(dict.fromkeys(oddities)),
    )


def _headers(parsed: Parsed) -> dict[str, list[str]]:
    """Every header by its name, because looking one up in a message goes through all of them."""
    found: dict[str, list[str]] = {}
    for name, value in parsed.raw_items():
        found.setdefault(name.lower(), []).append(str(value))
    return found


def _first(headers: dict[str, list[str]], name: str) -> str:
    return next(iter(headers.get(name, ())), "")


class _Walk:
    """Collects the words and files of one message."""

    def __init__(self, oddities: list[str], spared: Spared) -> None:
        self.oddities = oddities
        self.spared = spared
        self.plain: list[str] = []
        self.htmls: list[tuple[bytes, str | None]] = []
        self.files: list[File] = []
        self.inside: Message | None = None
        self.sealed: Sealed | None = None
        self.clear: tuple[int, Found, str | None] | None = None

    def part(self, part: Parsed, depth: int, alternative: bool = False) -> None:
        """Take in one part with all below it."""
        kind = part.get_content_type()
        for defect in part.defects:
            if isinstance(defect, StartBoundaryNotFoundDefect | MultipartInvariantViolationDefect):
                self.oddities.append("it says it has parts, and their beginnings are not there")
        if kind == "multipart/encrypted" and self._encrypted(part):
            return
        if kind == "multipart/mixed" and depth == 1 and self._mangled(part):
            return
        if kind == "message/rfc822" and part.is_multipart():
            self._forwarded(part, depth)
        elif part.is_multipart():
            for each in list(part.get_payload())[:1000]:
                if isinstance(each, Parsed) and depth < MAX_DEPTH:
                    self.part(each, depth + 1, alternative or kind == "multipart/alternative")
        else:
            self._leaf(part, kind, alternative)

    def words(self) -> str:
        """What the message says: its plain text, or its HTML made into text where there is none."""
        plain = "\n\n".join(each for each in self.plain if each.strip())
        told = plain if plain.strip() else "\n\n".join(unhtml(text_of(*each)) for each in self.htmls)
        return told.strip("\n")[:MAX_TEXT]

    def signed_words(self) -> ClearSigned | None:
        """The first text with a signature inside of it, and all other words of the message."""
        if self.clear is None:
            return None
        at, found, charset = self.clear
        before = "\n\n".join((*self.plain[:at], text_of(found.before, charset)))
        after = "\n\n".join((text_of(found.after, charset), *self.plain[at + 1 :]))
        return ClearSigned(
            content=found.content, charset=codec(charset), before=before[:MAX_TEXT], after=after[:MAX_TEXT]
        )

    def _leaf(self, part: Parsed, kind: str, alternative: bool) -> None:
        name = _filename(part)
        content = self._decoded(part)
        attached = name or part.get_content_disposition() == "attachment"
        if kind == "text/plain" and not attached and len(content) <= MAX_TEXT:
            if self.clear is None and (found := cleartext(content)):
                self.clear = (len(self.plain), found, part.get_content_charset())
            self.plain.append(text_of(content, part.get_content_charset()))
        elif kind == "text/html" and not attached and len(content) <= MAX_HTML:
            self.htmls.append((content, part.get_content_charset()))
            if not alternative and self.plain:
                self._file(name or "message.html", kind, content)
        elif content:
            self._file(name, kind, content)

    def _decoded(self, part: Parsed) -> bytes:
        """The bytes of a leaf; of one that was spared, straight from what came."""
        raw = _raw_payload(part)
        if isinstance(raw, str):
            body, decode = self.spared.body(raw), decoder(_encoding(part))
            if body is not None and decode is not None:
                return decode(body)
            if (told := self.spared.whole_text(raw)) is not raw:
                part.set_payload(told)
        decoded = _payload(part)
        return decoded if isinstance(decoded, bytes) else b""

    def _file(self, name: str, kind: str, content: bytes) -> None:
        if len(self.files) < MAX_FILES:
            self.files.append(File(name=name or f"part-{len(self.files) + 1}", media_type=kind, content=content))
        else:
            self.oddities.append(f"more than {MAX_FILES} files; the rest is in the message itself")

    def _forwarded(self, part: Parsed, depth: int) -> None:
        inner = part.get_payload(0)
        if not isinstance(inner, Parsed):
            return
        content, spared = self.spared.whole(_written(inner)), self.spared
        if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
            # Forbidden by RFC 2046, section 5.2.1, and sent all the same.
            content = unpacked(content)
            if exceeded(content):
                self._file(_filename(part) or "message.eml", "message/rfc822", content)
                return
            inner, spared = parsed(content), Spared()
        inside = _message(b"", inner, depth + 1, spared)
        if self.inside is None:
            self.inside = inside
        self._file(f"{_filename(part) or inside.subject[:80] or 'message'}.eml", "message/rfc822", content)

    def _encrypted(self, part: Parsed) -> bool:
        """RFC 3156 section 4: exactly two parts, the second the ciphertext. Never joined with anything (EFAIL)."""
        parts = _raw_payload(part)
        if not isinstance(parts, list) or len(parts) != 2 or self.sealed:
            return False
        inner = parts[1]
        if not isinstance(inner, Parsed) or inner.get_content_type() != "application/octet-stream":
            return False
        body = self._decoded(inner)
        self.sealed = Sealed(content=body)
        return True

    def _mangled(self, part: Parsed) -> bool:
        """The same after a Microsoft server: called mixed, an empty text in front. Anything else beside the ciphertext
        makes it a mail with files."""
        parts = _raw_payload(part)
        found = [each for each in parts if isinstance(each, Parsed)] if isinstance(parts, list) else []
        kinds = tuple(each.get_content_type() for each in found)
        if kinds != ("text/plain", "application/pgp-encrypted", "application/octet-stream"):
            return False
        if self._decoded(found[0]).strip():
            return False
        self.sealed = Sealed(content=self._decoded(found[2]))
        return True


def _raw_payload(part: Parsed) -> object:
    """A part's body as the parser keeps it. The library falls over a charset that is written as RFC 2231 allows, and
    needs none for this."""
    try:
        return part.get_payload()
    except (TypeError, UnicodeEncodeError):
        return part.__dict__["_payload"]


def _payload(part: Parsed) -> object:
    """A part's decoded body. What the library cannot put into bytes, because a piece of it was replaced on the way in,
    is put into UTF-8."""
    try:
        return part.get_payload(decode=True)
    except UnicodeEncodeError:
        return str(part.__dict__["_payload"]).encode("utf-8", "replace")


def _written(message: Parsed) -> bytes:
    """A message inside of another one, written out again."""
    try:
        return message.as_bytes()
    except UnicodeEncodeError:
        return message.as_string().encode("utf-8", "replace")


def _encoding(part: Parsed) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _armoured(text: str) -> Sealed | None:
    start, end = text.find(_ARMOUR), text.find(_ARMOUR_END)
    if start < 0 or end < start:
        return None
    return Sealed(content=text[start : end + len(_ARMOUR_END)].encode("utf-8", "replace"))


def _signed(content: bytes, parsed: Parsed) -> SignedPart | None:
    """The signed bytes of RFC 3156 section 5, as they stand between the boundaries; None where that is not certain."""
    parts = _raw_payload(parsed)
    if parsed.get_content_type() != "multipart/signed" or not isinstance(parts, list) or len(parts) != 2:
        return None
    last, boundary = parts[1], parsed.get_boundary("")
    if not isinstance(last, Parsed) or last.get_content_type() != "application/pgp-signature" or not boundary:
        return None
    signature = _payload(last)
    if not isinstance(signature, bytes):
        return None
    line = b"\n--" + boundary.encode("utf-8", "surrogateescape")
    pieces = content.split(line)
    if len(pieces) != 4:
        return None
    signed = pieces[1].split(b"\n", 1)[-1].removesuffix(b"\r")
    return SignedPart(content=re.sub(rb"\r?\n", b"\r\n", signed), signature=signature)


def _filename(part: Parsed) -> str:
    """What the sender calls a file: a name, never a path."""
    given = part.get_filename()
    name = line_of(collapse_rfc2231_value(given)) if given else ""
    name = "".join(each for each in name.replace("\\", "/").rpartition("/")[2] if each.isprintable())
    return name.strip(". ")[:200]


_WARM: Final = b"""From: =?utf-8?q?A?= <a@example.org>
Subject: =?iso-8859-1?b?QQ==?=
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<p>=C3=A4&amp;</p>
--b
Content-Type: application/octet-stream; name*=utf-8''a
Content-Transfer-Encoding: base64

QQ==
--b
Content-Type: text/plain
Content-Transfer-Encoding: x-uuencode

begin 644 a
#0V%T
end
--b
Content-Type: message/rfc822

Subject: a

\xe4
--b--
"""
mail(_WARM)
"""What is imported only when it is needed is imported now: behind the closed door nothing can be."""
