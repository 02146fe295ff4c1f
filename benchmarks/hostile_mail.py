# SPDX-License-Identifier: Apache-2.0
"""Mails that are made to cost: each takes a parser that counts nothing beforehand seconds, memory or its stack. At most
1 MB, but for the last one. Sources: measured on the standard library's parsers of CPython 3.11."""

from __future__ import annotations

from collections.abc import Iterator


def made() -> Iterator[tuple[str, bytes]]:
    """Every one with a name."""
    head = b"From: a@example.org\r\nTo: s@example.org\r\nSubject: x\r\n"
    yield "parts", head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50000
    yield "999 parts", head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 999
    body = b""
    for i in range(2000):
        body += b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1)
    yield "nest", head + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + body
    yield "folds", head + b"X: a" + b"\r\n a" * 80000 + b"\r\n\r\nx"
    yield "words", head + b"X-A: " + b"=?utf-8?q?a?= " * 8000 + b"\r\n\r\nx"
    yield "subjwords", b"From: a@b.c\r\nSubject: " + b"=?utf-8?q?a?= " * 200 + b"\r\n\r\nx"
    yield "comments", b"From: " + b"(" * 8000 + b"\r\n\r\nx"
    yield "rfc822", head + b"Content-Type: message/rfc822\r\n\r\n" * 2000
    yield "rfc822 b", head + b"Content-Type: message/rfc822\r\n\r\n" * 18 + b"x" * 1000
    yield "addresses", head + b"To: " + b"a@example.org, " * 30000 + b"\r\n\r\nx"
    yield "newlines", head + b"\r\n" + b"\r\n" * 500000
    yield "lines 116k", head + b"\r\n" + b"12345678\n" * 116000
    yield "long line", head + b"\r\n" + b"x" * (1024 * 1024)
    inner = b""
    for i in range(18):
        inner += b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1)
    yield (
        "deep lines",
        head
        + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
        + inner
        + b"1234567890123456789012345678901\r\n" * 29000,
    )
    yield "html", head + b"Content-Type: text/html\r\n\r\n" + b"<div><p>" * 60000
    yield "html2", head + b"Content-Type: text/html\r\n\r\n" + b"<" * 500000
    yield "html3", head + b"Content-Type: text/html\r\n\r\n" + b"&amp;<b>" * 60000
    yield "html4", head + b"Content-Type: text/html\r\n\r\n" + b"<a " * 100000
    yield "params", head + b"Content-Type: text/plain; " + b'a="b;' * 5000 + b"\r\n\r\nx"
    yield (
        "params many",
        head
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (
            b"--b\r\nContent-Type: text/plain; "
            + b'a="b";' * 60
            + b"\r\n"
            + b"Content-Disposition: attachment; "
            + b'f*0="b";' * 60
            + b"\r\n\r\nx\r\n"
        )
        * 999,
    )
    yield "qp", head + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=41=\r\n" * 170000
    yield "uu", head + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + b"#0V%T\n" * 110000 + b"end\n"
    yield "b64", head + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB" * 250000
    yield "utf7", head + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AGE-" * 200000
    yield "iso2022", head + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B$\x22\x1b(B" * 120000
    yield "multi charset fail", head + b"Content-Type: text/plain; charset=hz\r\n\r\n" + b"~{\xff" * 330000
    yield (
        "digest",
        head + b"Content-Type: multipart/digest; boundary=b\r\n\r\n" + b"--b\r\n\r\nSubject: a\r\n\r\nhello\r\n" * 900,
    )
    yield (
        "alts",
        head
        + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        + (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>x</p>" * 120 + b"\r\n") * 900,
    )
    yield "refs", head + b"References: " + b"<a@b> " * 10000 + b"\r\n\r\nx"
    yield "headers 999", head + b"".join(b"X%d: y\r\n" % i for i in range(990)) + b"\r\nx"
    yield "no end headers", b"".join(b"X%d: y\r\n" % i for i in range(90000))
    yield (
        "defects",
        head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (b"--b\r\n" + b" bad\r\n" * 100) * 900,
    )
    yield (
        "25MB b64",
        head
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n"
        + b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + (b"QUFB" * 19 + b"\r\n") * 370000
        + b"--b--\r\n",
    )


HOSTILE = dict(made())
