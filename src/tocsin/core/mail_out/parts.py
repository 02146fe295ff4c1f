# SPDX-License-Identifier: Apache-2.0
"""Writes the parts of a message (RFC 2045, 2046): text that survives every relay, files in base64, parts in a frame.

Everything is 7 bit, as what is signed has to be (RFC 3156, section 3), and nothing ends with a space unless it is
encoded: relays take such spaces away, and a signature with them.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64encode
from typing import Final

from tocsin.core.mail_out import flowed as setting
from tocsin.core.mail_out import headers
from tocsin.core.mail_out.headers import Field
from tocsin.core.mail_out.model import File, safe_name

_LINE: Final = 76


class Part:
    """Headers and body of one part; the body's lines end with CR LF."""

    __slots__ = ("body", "fields")

    def __init__(self, fields: tuple[Field, ...], body: bytes) -> None:
        self.fields = fields
        self.body = body

    def with_fields(self, *before: Field) -> Part:
        """The same part with more fields in front."""
        return Part((*before, *self.fields), self.body)

    def with_parameter(self, parameter: str) -> Part:
        """The same part with one parameter more in its Content-Type."""
        fields = tuple((name, f"{value}; {parameter}" if name == "Content-Type" else value)
                       for name, value in self.fields)  # fmt: skip
        return Part(fields, self.body)

    def write(self) -> bytes:
        """The part as it stands in a message."""
        return headers.write(self.fields) + b"\r\n" + self.body


def text(words: str, *, flow: bool) -> Part:
    """Plain text in UTF-8, flowed where that is wanted (RFC 3676)."""
    body = (setting.flowed(words) if flow else setting.fixed(words)).encode("utf-8", "replace")
    kind = "text/plain; charset=utf-8" + ("; format=flowed" if flow else "")
    lines = body.split(b"\n")
    plain = body.isascii() and not any(each.endswith(b" ") or len(each) > headers.LONGEST for each in lines)
    if plain:
        written, how = body, "7bit"
    else:
        written, how = binascii.b2a_qp(body, istext=True), "quoted-printable"
    return Part((("Content-Type", kind), ("Content-Transfer-Encoding", how)), _crlf(written))


def file(each: File) -> Part:
    """An attachment in base64."""
    name = safe_name(each.name)
    kind = each.media_type if each.media_type.isascii() and "/" in each.media_type else "application/octet-stream"
    fields = (
        ("Content-Type", f'{kind}; name="{name}"'),
        ("Content-Disposition", f'attachment; filename="{name}"'),
        ("Content-Transfer-Encoding", "base64"),
    )
    encoded = b64encode(each.body)
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    return Part(fields, b"\r\n".join(lines) + b"\r\n")


def frame(kind: str, mail_id: str, *children: Part) -> Part:
    """Parts in a multipart. The boundary is made from the mail's id and what the mail is: the same bytes every time."""
    written = [each.write() for each in children]
    boundary = _boundary(kind, mail_id, written)
    body = b"".join(b"--" + boundary + b"\r\n" + each + b"\r\n" for each in written) + b"--" + boundary + b"--\r\n"
    kind, _, rest = kind.partition("; ")
    more = f"; {rest}" if rest else ""
    return Part((("Content-Type", f'{kind}{more}; boundary="{boundary.decode("ascii")}"'),), body)


def _boundary(kind: str, mail_id: str, written: list[bytes]) -> bytes:
    for count in range(1000):
        seed = f"{kind}\n{mail_id}\n{count}".encode()
        found = b"=_" + hashlib.sha256(seed).hexdigest()[:32].encode("ascii")
        if not any(found in each for each in written):
            return found
    raise ValueError("no boundary is free")


def _crlf(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
