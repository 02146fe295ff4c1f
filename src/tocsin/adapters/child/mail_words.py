# SPDX-License-Identifier: Apache-2.0
"""The words of a mail: headers, addresses, text in any charset, HTML made into text. Each in one pass over its input,
and none with a codec or a parser that costs more. Runs in the child only. Sources: RFC 5322, RFC 2047, HTML's tags."""

from __future__ import annotations

import codecs
import html
import re
from email.errors import MessageError
from email.header import decode_header
from typing import Final

from tocsin.core.mail.message import Mailbox

MAX_ADDRESSES: Final = 100
MAX_VALUE: Final = 8192
"""Characters of one header that are looked at."""

_CODECS: Final = {
    name: codecs.lookup(name).name
    for name in (
        "ascii", "utf-8", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "big5", "big5hkscs",
        "gb2312", "gbk", "gb18030", "hz", "euc-jp", "euc-kr", "iso-2022-jp", "iso-2022-kr", "shift-jis", "cp932",
        "cp949", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "tis-620", "cp437", "cp850", "cp852", "cp866",
        "cp874", "utf-8-sig",
        *(f"cp{number}" for number in range(1250, 1259)), *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
    )
}  # fmt: skip
"""Codecs that are known, and loaded before the door closes. `punycode` and `idna` cost the square of their input."""

_ALLOWED: Final = frozenset(_CODECS.values())
_ANGLE: Final = re.compile(r'^(?:"((?:[^"\\]|\\.){0,500})"|([^"<>,;:]{0,500}))<([^<>@\s]{1,64}@[^<>@\s]{1,255})>$')
_BARE: Final = re.compile(r"^([^<>@\s,;:()]{1,64}@[^<>@\s,;:()]{1,255})$")
_ID: Final = re.compile(r"<([^<>\s]{3,500})>")
_TAG: Final = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(?:[^<>]*>)?")
_UNSEEN: Final = frozenset({"script", "style", "title", "head"})
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "pre", "table"})
_BLANKS: Final = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def boxes(value: str, oddities: list[str] | None = None) -> list[Mailbox]:
    """Addresses of a header, read strictly: what is neither `a@b` nor `name <a@b>` is no address (CVE-2023-27043)."""
    found: list[Mailbox] = []
    for piece in _pieces(line_of(value, decode=False)[:MAX_VALUE])[:MAX_ADDRESSES]:
        box = _box(piece)
        if box:
            found.append(box)
        elif piece.strip() and oddities is not None:
            oddities.append("its From cannot be read as an address")
    return found


def _box(piece: str) -> Mailbox | None:
    piece = re.sub(r'"\s+<', '"<', piece.strip(), count=1)
    angle, bare = _ANGLE.match(piece), _BARE.match(piece)
    if angle:
        name = angle[1] if angle[1] is not None else angle[2] or ""
        return Mailbox(address=_lower(angle[3]), name=line_of(name.replace("\\", "").strip())[:200])
    return Mailbox(address=_lower(bare[1])) if bare else None


def _pieces(value: str) -> list[str]:
    """Split at commas outside of quotes, in one pass."""
    pieces, start, quoted, escaped = [], 0, False, False
    for at, letter in enumerate(value):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            pieces.append(value[start:at])
            start = at + 1
    return [*pieces, value[start:]]


def _lower(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def ids(headers: dict[str, list[str]], name: str) -> list[str]:
    """The ids of a header, `Message-ID` or those that refer to others, without their angle brackets; the last fifty."""
    values = headers.get(name, [])[:2]
    return [found for value in values for found in _ID.findall(line_of(value, decode=False)[-MAX_VALUE:])][-50:]


def raw_line(value: object) -> str:
    """A header as one line, undecoded."""
    return line_of(value, decode=False)[:2000]


def line_of(value: object, decode: bool = True) -> str:
    """A header's value as one line of text, its encoded words decoded (RFC 2047) by codecs we know."""
    text = " ".join(str(value)[:MAX_VALUE].split())
    if not (decode and "=?" in text):
        return _clean(text)
    try:
        pieces = decode_header(text)
    except (ValueError, LookupError, MessageError):
        return _clean(text)
    return _clean(" ".join("".join(_word(*piece) for piece in pieces).split()))


def _word(piece: bytes | str, charset: str | None) -> str:
    return piece if isinstance(piece, str) else text_of(piece, charset or "latin-1")


def _clean(text: str) -> str:
    """No lone surrogates: bytes beyond ASCII in a header are read as UTF-8, or else as Latin-1."""
    if text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text):
        return text
    return text_of(text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace"), "utf-8")


def _escaped(text: str) -> bool:
    return not any("\ud800" <= each < "\udc80" or "\udcff" < each <= "\udfff" for each in text)


def text_of(content: bytes, charset: str | None) -> str:
    """Bytes as text: by the codec that is named where it is one of ours, else as UTF-8, else as Latin-1."""
    for name in (charset, "utf-8"):
        found = codec(name)
        if found:
            try:
                return content.decode(found).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
            except (UnicodeError, ValueError):
                continue
    return content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def codec(name: str | None) -> str:
    """The codec that a charset names, where it is one of ours; "" for another, and for none."""
    asked = (name or "").strip().lower().replace("_", "-").replace("windows-", "cp")
    if asked in ("", "us-ascii", "unknown-8bit"):
        return ""
    if asked in _CODECS:
        return _CODECS[asked]
    try:
        found = codecs.lookup(asked).name if len(asked) < 40 and asked.isascii() else ""
    except (LookupError, ValueError, OSError, ImportError):
        return ""
    return found if found in _ALLOWED else ""


def unhtml(text: str) -> str:
    """The words of HTML, in one pass whatever it is. Nothing of it is kept, shown or fetched."""
    words: list[str] = []
    at, unseen, last = 0, "", text.rfind("-->")
    for tag in _TAG.finditer(text):
        if tag.start() < at:
            continue
        if not unseen:
            words.append(text[at : tag.start()])
        at, name, ends = tag.end(), (tag[2] or "").lower(), bool(tag[1])
        if not name:
            end = text.find("-->", at) if at < last else -1
            at = end + 3 if end >= 0 else at
        elif unseen:
            unseen = "" if ends and name == unseen else unseen
        elif name in _UNSEEN and not ends:
            unseen = name
        elif name in _BREAKS:
            words.append("\n")
    words.append("" if unseen else text[at:])
    lines = (" ".join(line.split()) for line in html.unescape("".join(words)).splitlines())
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()
