# SPDX-License-Identifier: Apache-2.0
"""The mail to oss-security: plain text, one subject that says what it is about, nothing attached.

Source: the list's content guidelines (https://oss-security.openwall.org/wiki/mailing-lists/oss-security): CVE id and
product in the subject, the advisory itself in the body and not behind a link. Who sends it, from where and whether it
is signed, is the channel's business; there is no date and no sender here.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from tocsin.core.advisory import Advisory, Tlp
from tocsin.core.formats import text, words
from tocsin.core.formats.format import Loss

LIST: Final = "oss-security@lists.openwall.com"
LONGEST_SUBJECT: Final = 150
_PIECE: Final = 39
"""Bytes of an encoded word, whose 75 characters may not be passed (RFC 2047, 2)."""


def subject(advisory: Advisory) -> str:
    """`CVE-2026-1234: WarehousePG: Out-of-bounds read in demo_ext`."""
    names = ", ".join(dict.fromkeys(product.name for product in advisory.products))
    title = " ".join(words.visible(advisory.title).split())
    known = f"{names}: " if names and names.lower() not in title.lower() else ""
    full = f"{advisory.cve_id or advisory.id}: {known}{title}"
    return full if len(full) <= LONGEST_SUBJECT else f"{full[: LONGEST_SUBJECT - 1]}…"


def render(advisory: Advisory) -> bytes:
    """The message: headers that do not depend on the sender, and the plain text.

    Raises ValueError for what is not TLP:CLEAR, whoever forgot to ask `cannot_express`: the list is public.
    """
    if advisory.tlp is not Tlp.CLEAR:
        raise ValueError(f"tlp: oss-security is a public list, and {advisory.id} is TLP:{advisory.tlp.value.upper()}")
    headers = (
        f"To: {LIST}",
        f"Subject: {_header(subject(advisory))}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return "\n".join((*headers, "", "")).encode() + text.render(advisory)


def _header(value: str) -> str:
    """A header in ASCII; anything else as encoded words, no character cut in two (RFC 2047)."""
    if value.isascii():
        return value
    pieces: list[bytes] = [b""]
    for char in value:
        encoded = char.encode()
        if len(pieces[-1]) + len(encoded) > _PIECE:
            pieces.append(b"")
        pieces[-1] += encoded
    return "\n ".join(f"=?utf-8?B?{b64encode(piece).decode()}?=" for piece in pieces)


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """The list is for what is public; a draft for few is not sent there."""
    if advisory.tlp is Tlp.CLEAR:
        return ()
    return (Loss(field="tlp", message="oss-security is a public list", blocks=True),)
