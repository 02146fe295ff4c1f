# SPDX-License-Identifier: Apache-2.0
"""What is proven about a mail's sender: only what a mail server that the operator named has found out, or we ourselves.

A proof is about a domain: that it stands behind the address in `From`. It never makes somebody a member; together with
an account of that very address it lets a member write from mail. Sources: RFC 8601 (Authentication-Results), RFC 7489
(DMARC, alignment in section 3.1), RFC 6376 (DKIM), RFC 7208 (SPF).
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.mail.message import Message
from tocsin.core.vocabulary import Value

UNCHECKED: Final = "nobody has checked who sent it"


class Proof(Value):
    """Results of the three checks, each one word of RFC 8601 or nothing, and which host says so. `aligned` says that a
    check that passed is about the domain in `From`."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    aligned: bool = False
    by: str = ""

    @property
    def proven(self) -> bool:
        """Whether the domain stands behind the address."""
        return self.aligned and self.dmarc not in ("fail", "permerror", "temperror")

    @property
    def forged(self) -> bool:
        """Whether the domain disowns the mail."""
        return self.dmarc == "fail"

    @property
    def words(self) -> str:
        """The results as people read them: `dmarc=pass dkim=pass spf=softfail (mx.example.org)`."""
        if not self.by:
            return UNCHECKED
        said = " ".join(
            f"{name}={value}"
            for name, value in (("dmarc", self.dmarc), ("dkim", self.dkim), ("spf", self.spf))
            if value
        )
        return f"{said or 'nothing found'} ({self.by})"


_COMMENT: Final = re.compile(r"\([^()]*\)")
_RESULT: Final = re.compile(r"^(spf|dkim|dmarc)(?:/1)?\s*=\s*([a-z]{1,12})\b", re.IGNORECASE)
_PROPERTY: Final = re.compile(
    r"\b(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE
)


def told(message: Message, trusted: str) -> Proof:
    """Read what the host `trusted` found, from its own header nearest to us; the sender's are never believed.

    A border server removes headers that claim to be its own (RFC 8601, section 5), so the first one is real.
    """
    if not trusted:
        return Proof()
    for value in message.all("authentication-results"):
        host, _, results = _COMMENT.sub(" ", value).partition(";")
        if host.split()[:1] == [trusted]:
            return _read(results, domain(message), trusted)
    return Proof()


def domain(message: Message) -> str:
    """The domain in `From`; "" where there is not exactly one address."""
    one = len(message.froms) == 1 and message.from_headers == 1
    return message.froms[0].address.rpartition("@")[2] if one else ""


def aligns(checked: str, wanted: str) -> bool:
    """Whether a domain that was checked stands behind another: the same, or one that it lies below.

    Of names with a dot only, so that no top-level domain speaks for what is registered under it.
    """
    checked = checked.rpartition("@")[2].lower().strip(".")
    return bool(wanted) and "." in checked and (wanted == checked or wanted.endswith(f".{checked}"))


def _read(results: str, wanted: str, host: str) -> Proof:
    found: dict[str, str] = {}
    aligned = False
    for result in results.split(";"):
        method = _RESULT.match(result.strip())
        if method is None:
            continue
        name, value = method[1].lower(), method[2].lower()
        about = [each[2] for each in _PROPERTY.finditer(result)]
        fits = any(aligns(each, wanted) for each in about)
        if value == "pass" and fits and name != "spf":
            aligned, found[name] = True, value
        elif found.get(name) != "pass":
            found[name] = value
    return Proof(by=host, aligned=aligned, **found)
