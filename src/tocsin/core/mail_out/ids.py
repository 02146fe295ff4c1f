# SPDX-License-Identifier: Apache-2.0
"""Names that a mail keeps however often it is sent: its Message-ID is made from the row of the outbox that it is.

A mail whose delivery stayed unknown is sent again under the same Message-ID, so that programs show it once.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.vocabulary import CaseRef

MARK: Final = 12
"""Hexadecimal digits by which recipients of one thing are told apart; made with the installation's key."""


def letter(subject: str, number: int, mark: bytes) -> str:
    """Id of a letter: about what (a case, an advisory), which journal line, to whom. Letters, digits, dots, dashes."""
    return f"{subject}.{number}.{mark.hex()[:MARK]}"


def message_id(letter_id: str, host: str) -> str:
    """The Message-ID of a letter, without its angle brackets."""
    return f"{letter_id.lower()}@{host}"


def root(case: CaseRef, host: str) -> str:
    """The message that a thread of ours begins with where nobody wrote first (never sent, only referred to)."""
    return f"{case.lower()}.root@{host}"


def host_of(url: str) -> str:
    """The name of the site, as the right side of Message-IDs; a port or a numeric address is no name."""
    found = url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    return found if "." in found and not found.replace(".", "").isdigit() else "tocsin.invalid"
