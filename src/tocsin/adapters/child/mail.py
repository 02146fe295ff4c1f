# SPDX-License-Identifier: Apache-2.0
"""Takes a mail apart, in the child only and after `core.mail.bounds` has counted what it may cost.

The walk is the standard library's old parser (`policy.compat32`): the new one costs ten times as much and recurses on
comments. Of what it offers only what is linear is used: no date is read, no address list with comments, no codec that
is not on our list. Nothing is fetched, no HTML is shown: it becomes text. Sources: RFC 5322, 2045 to 2047, 2231, 3156.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from contextlib import suppress
from email import policy
from email.errors import MultipartInvariantViolationDefect, StartBoundaryNotFoundDefect
from email.feedparser import BytesFeedParser
from email.message import Message as Parsed
from email.utils import collapse_rfc2231_value
from typing import Final

import msgspec

from tocsin.adapters.child.mail_words import boxes, ids, line_of, raw_line, text_of, unhtml
from tocsin.core.mail.bounds import MAX_BYTES, MAX_DEPTH, MAX_HEADER_BYTES, exceeded
from tocsin.core.mail.message import KEPT_HEADERS, File, Message, Sealed, SignedPart

MAX_TEXT: Final = 1024 * 1024
MAX_HTML: Final = 512 * 1024
MAX_FILES: Final = 200
_ARMOUR: Final = "-----BEGIN PGP MESSAGE-----"
_ARMOUR_END: Final = "-----END PGP MESSAGE-----"
_ENCODED: Final = b"content-transfer-encoding:"
_BASE64: Final = msgspec.json.Decoder(bytes)
_EMPTY: Final = re.compile(rb"\n\r?\n")
CHUNK: Final = 1 << 16
MARK: Final = "tocsin.spared."
_MARK: Final = MARK.encode("ascii")
LONG: Final = 2048
"""Bytes of a body from which it is worth sparing."""


def mail(content: bytes) -> Message:
    """Take a mail apart. Raises ValueError for one beyond the bounds, which whoever asks has counted before."""
    return _Reader().read(content)


class _Reader:
    """Reads one mail. Long bodies are spared the parser, which looks at each of their lines: between the headers of a
    part that holds no others and the next line that begins with two dashes nothing can be but its body. A mark stands
    for it there."""

    def __init__(self) -> None:
        self.spared: dict[bytes, bytes] = {}

    def read(self, content: bytes) -> Message:
        """Take a mail apart."""
        short = self._short(content)
        if len(content) > MAX_BYTES or exceeded(short):
            raise ValueError("beyond the bounds")
        return _message(content, _parsed(short), 1, self)

    def whole(self, content: bytes) -> bytes:
        """Put what was spared back in its place."""
        for mark, body in self.spared.items():
            if mark in content:
                content = content.replace(mark, body)
        return content

    def _short(self, content: bytes) -> bytes:
        pieces, at, found = [], 0, _leaf(content, 0)
        while found >= 0:
            empty = _EMPTY.search(content, found)
            start = empty.end() if empty else len(content)
            end = content.find(b"\n--", start)
            end = len(content) if end < 0 else end
            if end - start < LONG:
                found = _leaf(content, found)
                continue
            if not self.spared and _MARK in content:
                return content  # somebody is playing: nothing is spared
            mark = f"{MARK}{len(self.spared)}.".encode()
            self.spared[mark] = content[start:end]
            pieces += [content[at:start], mark]
            at, found = end, _leaf(content, end)
        return b"".join([*pieces, content[at:]]) if pieces else content


def _leaf(content: bytes, at: int) -> int:
    """Where the next header behind `at` says how its part is encoded, of a part that holds no others; -1 where none
    does. A search for a word, because most lines are none of headers."""
    while (at := content.find(b"ransfer-", at + 1)) >= 0:
        line = content.rfind(b"\n", max(0, at - 12), at) + 1
        if content[line : line + len(_ENCODED)].lower() != _ENCODED:
            continue
        start = max(0, content.rfind(b"\n--", max(0, at - MAX_HEADER_BYTES), at))
        block = content[start:at].lower()
        empty = _EMPTY.search(content, at)
        block += content[at : empty.start() if empty else at].lower()
        if b"multipart/" not in block and b"message/" not in block:
            return at
    return -1


def _parsed(content: bytes) -> Parsed:
    parser = BytesFeedParser(policy=policy.compat32)
    for start in range(0, len(content), CHUNK):  # whole, the parser would keep it at four bytes a letter
        parser.feed(content[start : start + CHUNK])
    return parser.close()


def _message(content: bytes, parsed: Parsed, depth: int, reader: _Reader) -> Message:
    headers = _headers(parsed)
    froms = headers.get("from", [])
    oddities: list[str] = []
    walked = _Walk(oddities, reader)
    if depth <= MAX_DEPTH:
        walked.part(parsed, depth)
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
            (name.lower(), raw_line(value)) for name, value in parsed.raw_items() if name.lower() in KEPT_HEADERS
        )[:100],
        media_type=parsed.get_content_type(),
        text=text,
        files=tuple(walked.files),
        inside=walked.inside,
        sealed=walked.sealed or _armoured(text),
        signed=_signed(content, parsed) if depth == 1 else None,
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

    def __init__(self, oddities: list[str], reader: _Reader) -> None:
        self.oddities = oddities
        self.reader = reader
        self.plain: list[str] = []
        self.htmls: list[tuple[bytes, str | None]] = []
        self.files: list[File] = []
        self.inside: Message | None = None
        self.sealed: Sealed | None = None

    def part(self, part: Parsed, depth: int, alternative: bool = False) -> None:
        """Take in one part with all below it."""
        kind = part.get_content_type()
        for defect in part.defects:
            if isinstance(defect, StartBoundaryNotFoundDefect | MultipartInvariantViolationDefect):
                self.oddities.append("it says it has parts, and their beginnings are not there")
        if kind == "multipart/encrypted" and self._encrypted(part):
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

    def _leaf(self, part: Parsed, kind: str, alternative: bool) -> None:
        name = _filename(part)
        content = self._decoded(part)
        attached = name or part.get_content_disposition() == "attachment"
        if kind == "text/plain" and not attached and len(content) <= MAX_TEXT:
            self.plain.append(text_of(content, part.get_content_charset()))
        elif kind == "text/html" and not attached and len(content) <= MAX_HTML:
            self.htmls.append((content, part.get_content_charset()))
            if not alternative and self.plain:
                self._file(name or "message.html", kind, content)
        elif content:
            self._file(name, kind, content)

    def _decoded(self, part: Parsed) -> bytes:
        """The bytes of a leaf; of base64 that was spared, straight from what came."""
        raw = _raw_payload(part)
        mark = raw.strip().encode("ascii", "replace") if isinstance(raw, str) and len(raw) < LONG else b""
        spared = self.reader.spared.get(mark)
        if spared is not None and (decode := _PLAIN.get(_encoding(part))):
            return decode(spared)
        if isinstance(raw, str) and MARK in raw:
            for name, body in self.reader.spared.items():
                raw = raw.replace(name.decode("ascii"), body.decode("ascii", "surrogateescape"))
            part.set_payload(raw)
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
        content = self.reader.whole(_written(inner))
        if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
            # Forbidden by RFC 2046, section 5.2.1, and sent all the same.
            content = _unpacked(content)
            if exceeded(content):
                self._file(_filename(part) or "message.eml", "message/rfc822", content)
                return
            inner = _parsed(content)
        inside = _message(b"", inner, depth + 1, self.reader)
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


def _unpacked(content: bytes) -> bytes:
    """Base64 decoded; one that is cut short, as far as it goes. As nearly all of it has nothing wrong with it, the
    quicker decoder is asked first, which takes nothing else."""
    joined = content.translate(None, b"\r\n")
    if b"\\" not in joined:
        with suppress(msgspec.DecodeError):
            return _BASE64.decode(b'"%b"' % joined)
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        whole = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        whole = whole[: len(whole) - (len(whole) % 4 == 1)]
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _as_is(content: bytes) -> bytes:
    return content.removesuffix(b"\r")


def _encoding(part: Parsed) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


_PLAIN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "base64": _unpacked,
    "quoted-printable": lambda content: binascii.a2b_qp(_as_is(content)),
    "7bit": _as_is,
    "8bit": _as_is,
}
"""How a body that was spared is decoded (RFC 2045, section 6); of any other encoding the parser is asked."""


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
