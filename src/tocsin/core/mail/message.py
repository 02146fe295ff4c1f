# SPDX-License-Identifier: Apache-2.0
"""A mail as it was taken apart: what its headers say, its words, its files. Plain values that travel from the child.

Everything here was written by a stranger. An address is what the mail claims; what is proven about it stands in
`core.mail.proof`.
"""

from __future__ import annotations

from tocsin.core.vocabulary import Value


class Mailbox(Value):
    """One address as written, its domain in lower case, and the name beside it."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


class Envelope(Value):
    """What is known of a mail besides its bytes: who handed it over and for whom. `sender` None where that was not
    told; empty for the null sender of RFC 5321, section 4.5.5. `via` is the door: `lmtp`, `imap`, `feed`. `cut` says
    that only its beginning was kept: a mailbox cannot send back what is too large."""

    recipients: tuple[str, ...] = ()
    sender: str | None = None
    via: str = "lmtp"
    cut: bool = False


class File(Value):
    """One attached file, decoded."""

    name: str
    media_type: str
    content: bytes


class Sealed(Value):
    """What only the team's OpenPGP key opens: RFC 3156 `multipart/encrypted`, or armour in the text."""

    content: bytes


class SignedPart(Value):
    """The signed half of RFC 3156 `multipart/signed`, byte for byte, and its detached signature."""

    content: bytes
    signature: bytes


class ClearSigned(Value):
    """A text with its signature inside of it (RFC 9580, section 7), byte for byte from its first line to its last, and
    the words before and behind it, which the signature does not cover."""

    content: bytes
    charset: str = ""
    before: str = ""
    after: str = ""


class Message(Value):
    """One mail. `headers` are those that the rules look at, names in lower case, in their order, undecoded; `text` what
    it says, `files` what it carries, `inside` the first message that it forwards whole.

    `froms` has every address of every `From`; a mail has exactly one (RFC 5322, section 3.6.2: one `Sender` for
    several, which nobody's client writes), and more is a reason to ask a person.
    """

    subject: str = ""
    froms: tuple[Mailbox, ...] = ()
    from_headers: int = 0
    to: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    date: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str = "text/plain"
    text: str = ""
    files: tuple[File, ...] = ()
    inside: Message | None = None
    sealed: Sealed | None = None
    signed: SignedPart | None = None
    clear: ClearSigned | None = None
    oddities: tuple[str, ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        return tuple(value for each, value in self.headers if each == name)

    def first(self, name: str) -> str:
        """The first value of a header; "" where it is not there."""
        return next(iter(self.all(name)), "")


KEPT_HEADERS = frozenset({
    "authentication-results", "auto-submitted", "content-type", "delivered-to", "envelope-to", "from", "list-id",
    "list-post", "list-unsubscribe", "mailing-list", "precedence", "received", "return-path", "sender",
    "x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-beenthere", "x-loop", "x-original-to", "x-tocsin",
    "auto-generated", "x-failed-recipients", "x-gm-original-to", "autocrypt",
})  # fmt: skip
"""Headers that the rules look at; what else there is stays in the bytes."""
