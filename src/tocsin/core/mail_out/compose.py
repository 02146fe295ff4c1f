# SPDX-License-Identifier: Apache-2.0
"""Puts a mail together: in clear, signed, or encrypted. The same value gives the same bytes, always.

Signing and encrypting happen elsewhere, on the bytes given out here: `signable` and `payload` first, `signed` and
`encrypted` with what came back (RFC 3156). What is encrypted carries its header with it (RFC 9788, header protection),
so that the subject inside can say more than the one outside.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.mail_out import headers, parts
from tocsin.core.mail_out.headers import Field
from tocsin.core.mail_out.model import Automatic, Mail, Mailbox
from tocsin.core.mail_out.parts import Part

REFERENCES: Final = 11
"""The first message of a thread and the last ten."""


def clear(mail: Mail) -> bytes:
    """The mail as it is sent without OpenPGP; raises ValueError for one that cannot be written."""
    return _whole(mail, _content(mail))


def signable(mail: Mail) -> bytes:
    """The bytes to be signed for `signed`: they end with CR LF and are 7 bit (RFC 3156, section 5)."""
    return _content(mail).write()


def signed(mail: Mail, signature: str) -> bytes:
    """The mail with a detached signature in armour beside what it signs, made with SHA-512."""
    kind = 'multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"'
    fields = (("Content-Type", 'application/pgp-signature; name="signature.asc"'),)
    return _whole(mail, parts.frame(kind, mail.id, _content(mail), Part(fields, _armour(signature.encode("ascii")))))


def payload(mail: Mail) -> bytes:
    """The bytes to be encrypted for `encrypted`: the content with its own copy of the header (RFC 9788, 5.2)."""
    outer = _fields(mail, mail.subject)
    inner = _fields(mail, mail.inner_subject or mail.subject)
    told = [("HP-Outer", f"{name}: {value}") for name, value in outer]
    return _content(mail).with_parameter('hp="cipher"').with_fields(*inner, *told).write()


def encrypted(mail: Mail, message: bytes) -> bytes:
    """The mail around an OpenPGP message in armour (RFC 3156, section 4)."""
    kind = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    version = Part((("Content-Type", "application/pgp-encrypted"),), b"Version: 1\r\n")
    named = 'application/octet-stream; name="encrypted.asc"'
    body = Part((("Content-Type", named), ("Content-Disposition", 'inline; filename="encrypted.asc"')),
                _armour(message))  # fmt: skip
    return _whole(mail, parts.frame(kind, mail.id, version, body))


def _content(mail: Mail) -> Part:
    words = parts.text(mail.text, flow=mail.flowed)
    if not mail.files:
        return words
    return parts.frame("multipart/mixed", mail.id, words, *(parts.file(each) for each in mail.files))


def _whole(mail: Mail, content: Part) -> bytes:
    return content.with_fields(*_fields(mail, mail.subject), ("MIME-Version", "1.0")).write()


def _fields(mail: Mail, subject: str) -> tuple[Field, ...]:
    found = [
        ("From", headers.mailbox(mail.sender)),
        ("To", headers.mailbox(mail.to)),
        ("Subject", headers.text(subject)),
        ("Date", headers.date(mail.date)),
        ("Message-ID", headers.message_id(mail.id)),
    ]
    if mail.reply_to:
        found.append(("Reply-To", headers.mailbox(Mailbox(address=mail.reply_to))))
    thread = _thread(mail.references)
    if thread:
        found.append(("In-Reply-To", thread[-1]))
        found.append(("References", " ".join(thread)))
    if mail.automatic is not Automatic.NO:
        # RFC 3834, 5; what Exchange and others honour besides.
        found += [("Auto-Submitted", mail.automatic.value), ("X-Auto-Response-Suppress", "All")]
    return (*found, *mail.extra)


def _thread(references: tuple[str, ...]) -> list[str]:
    kept = references if len(references) <= REFERENCES else (references[0], *references[1 - REFERENCES :])
    return [headers.message_id(each) for each in kept]


def _armour(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
