# SPDX-License-Identifier: Apache-2.0
"""Inputs that somebody sends who means harm: texts, files, forms, JSON and mails, drawn by a seed.

Each generator starts from something that a door would take and spoils it in one of the ways that broke other programs.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from random import Random

TEXTS = (
    "", " ", "\0", "a\0b", "\r\n.\r\n", "\ufeff", "\u202egnp.exe", "\u2066\u2069" * 50, "\u200b" * 200, "\ud7ff\uffff",
    "A" * 300,
    "A" * 301, "e" + "\u0301" * 5000, "\U0001f469\u200d\U0001f4bb" * 300, "ﷺ" * 300, "\u0130\u0131\u017fK" * 100,
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7*7 }}{% debug %}", "${jndi:ldap://x/a}",
    "'; DROP TABLE tocsin_journal; --", "' OR 1=1 --", "`id`; $(id) | id", "../../../../etc/passwd", "%00%0a%0d",
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "-1", "\t=1", "\x1b[2J\x1b]0;title\x07", "\x9b31m", "\x08" * 99,
    "%s%s%s%n", "%(secret)s", "{0.__class__.__mro__}", "-" * 5000, "[" * 5000, "(" * 5000 + ")" * 5000, "\n" * 20_000,
    "https://example.org/" + "a/" * 3000, "From: a@b\r\nBcc: c@d\r\n\r\nx", "1e999999", "NaN", "-0", "9" * 5000,
    "-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----", "CVE-0000-0", "WHPG-2026-22222", "CVSS:3.1/AV:N",
    "x" * 400_000, "ab " * 200_000, "a" * 50_000 + "!", "\\" * 5000, "*" * 5000, "#" * 5000, "> " * 5000, "|" * 5000,
)  # fmt: skip
BAD_BYTES = (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80", b"\xf4\x90\x80\x80", b"\x00")
NAMES = (
    "a.txt", "../../../etc/passwd", "C:\\windows\\win.ini", "con", ".htaccess", "a\0.txt", "\u202egpj.exe", "a" * 300,
    "x\";filename=\"y.html", "x\r\nContent-Type: text/html", "<svg onload=alert(1)>.svg", "=1+1.csv", "é.tar.gz", ".",
    "..",     "\x1b[31m.log", "%2e%2e%2f", " ", "-rf", "a/b/c", "\ufeff", "nul.txt\x7f",
)  # fmt: skip


def text(chance: Random) -> str:
    """A text that breaks something somewhere, or a few of them together."""
    if chance.random() < 0.5:
        return chance.choice(TEXTS)
    if chance.random() < 0.5:
        return "".join(chance.choices(TEXTS[:45], k=chance.randrange(1, 5)))[:200_000]
    spans = (
        (0, 0x20),
        (0x20, 0x7F),
        (0x80, 0x250),
        (0x2000, 0x2100),
        (0x1F300, 0x1F700),
        (0xE000, 0xF000),
        (0xE0000, 0xE0080),
    )
    return "".join(chr(chance.randrange(*chance.choice(spans))) for _ in range(chance.randrange(1, 400)))


def title(chance: Random) -> str:
    """A text as it may stand in a short field, more often than not."""
    return text(chance)[: chance.choice((80, 300, 300, 400))]


def raw(chance: Random, words: str) -> bytes:
    """The words in UTF-8, sometimes with bytes between them that are none."""
    body = words.encode("utf-8", "surrogatepass")
    if chance.random() < 0.2:
        at = chance.randrange(len(body) + 1)
        body = body[:at] + chance.choice(BAD_BYTES) + body[at:]
    return body


def file(chance: Random) -> tuple[str, str, bytes]:
    """Name, media type and content of a file nobody should open."""
    kinds = ("text/plain", "image/svg+xml", "text/html", "application/zip", "", "a" * 200, "x/y\r\nX-A: b", "é/é")
    content = chance.choice((_zip, _tar, _gzip, _png, _svg, _words, _noise))(chance)
    return chance.choice(NAMES), chance.choice(kinds), spoiled(chance, content) if chance.random() < 0.5 else content


def spoiled(chance: Random, content: bytes) -> bytes:
    """Some bytes changed, or the end cut off, or a piece said twice."""
    body = bytearray(content)
    for _ in range(chance.randrange(1, 9) if body else 0):
        body[chance.randrange(len(body))] = chance.randrange(256)
    if chance.random() < 0.4:
        del body[chance.randrange(len(body) + 1) :]
    if body and chance.random() < 0.3:
        start = chance.randrange(len(body))
        body[start:start] = body[start : start + 200] * chance.randrange(1, 20)
    return bytes(body)


def _zip(chance: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(chance.randrange(1, 40)):
            name = chance.choice(NAMES).replace("\0", "") or "x"
            archive.writestr(f"{number}/{name}"[:200], b"\0" * chance.choice((0, 10, 100_000, 2_000_000)))
    return out.getvalue()


def _tar(chance: Random) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=chance.choice(("w", "w:gz", "w:xz", "w:bz2"))) as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.REGTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(chance.choice(NAMES).replace("\0", "")[:90] or "x")
            info.type, info.linkname = kind, "/etc/shadow"
            archive.addfile(info)
    return out.getvalue()


def _gzip(chance: Random) -> bytes:
    inner = b"\0" * chance.choice((1000, 5_000_000))
    for _ in range(chance.randrange(1, 4)):
        inner = gzip.compress(inner)
    return inner


def _png(chance: Random) -> bytes:
    side = chance.choice((1, 65_535, 2**31 - 1))
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 999)), (b"tEXt", b"a" * 999), (b"IEND", b""))
    parts = (struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _svg(chance: Random) -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, chance.randrange(2, 12)))
    return f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "x">{entities}]><svg onload="alert(1)">&a1;</svg>'.encode()


def _words(chance: Random) -> bytes:
    return raw(chance, text(chance))


def _noise(chance: Random) -> bytes:
    return chance.randbytes(chance.randrange(0, 20_000))


def form(
    chance: Random, fields: Sequence[tuple[str, bytes]], files: Sequence[tuple[str, str, bytes]]
) -> tuple[bytes, str]:
    """A form as a browser sends it: body and content type."""
    edge = f"edge{chance.randrange(10**12)}".encode()
    parts = [b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), body) for name, body in fields]
    for name, kind, content in files:
        called = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").encode("utf-8", "surrogatepass")
        media = kind.replace("\r", "").replace("\n", "").encode()
        parts.append(
            b'Content-Disposition: form-data; name="files"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s'
            % (called, media or b"text/plain", content)
        )
    body = b"".join(b"--%s\r\n%s\r\n" % (edge, part) for part in parts) + b"--%s--\r\n" % edge
    return body, f"multipart/form-data; boundary={edge.decode()}"


def torn_form(chance: Random, body: bytes, kind: str) -> tuple[bytes, str]:
    """A form that is none any more."""
    kinds = (
        kind,
        kind,
        kind,
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 300,
        "text/plain",
        "multipart/form-data; boundary=é",
        "application/x-www-form-urlencoded",
        'multipart/form-data; boundary="',
    )
    return spoiled(chance, body), chance.choice(kinds)


def document(chance: Random, good: dict[str, object]) -> bytes:
    """A JSON body: what is asked for with something wrong about it, or no JSON at all."""
    way = chance.randrange(8)
    if way == 0:
        return (chance.choice((b"[", b'{"a":')) * chance.randrange(1, 60_000)) + b"1"
    if way == 1:
        return spoiled(chance, json.dumps(good).encode())
    if way == 2:
        return chance.choice(
            (b"", b"null", b"\xff\xfe{\0}\0", b"NaN", b"1e999999", b"9" * 9999, b'"\\ud800"', b"{}", b"[]")
        )
    changed = dict(good)
    for name in chance.sample(sorted(good), min(len(good), chance.randrange(1, 4))):
        odd: tuple[object, ...] = (
            text(chance),
            None,
            True,
            -1,
            10**400,
            1e308,
            [],
            {},
            [[[]]] * 9,
            {"a": text(chance)},
        )
        changed[name] = chance.choice(odd) if way < 5 else text(chance)
    if way == 3:
        changed[text(chance)[:200]] = "unknown"
    return json.dumps(changed, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def mail(chance: Random, sets: Sequence[bytes]) -> bytes:
    """A mail out of the torture sets, spoiled, or one of our own that means harm."""
    if sets and chance.random() < 0.7:
        return spoiled(chance, chance.choice(sets))
    depth = chance.randrange(1, 120)
    edges = [f"e{number}" for number in range(depth)]
    body = raw(chance, text(chance)[:50_000])
    for edge in edges:
        body = (
            (f"Content-Type: multipart/mixed; boundary={edge}\r\n\r\n--{edge}\r\n").encode()
            + body
            + f"\r\n--{edge}--".encode()
        )
    words = raw(chance, title(chance)).replace(b"\n", b" ").replace(b"\r", b" ")
    sender = chance.choice(
        (b"a@b.example", b"<" * 500, b'"' * 500, b"(" * 2000 + b"a@b", b"=?utf-8?b?" + b"A" * 999, words)
    )
    return b"From: %s\r\nSubject: %s\r\nReferences: %s\r\n%s" % (
        sender,
        words,
        b"<a@b> " * chance.choice((1, 5000)),
        body,
    )
