# SPDX-License-Identifier: Apache-2.0
"""Saying something in a place where people talk: a chat room, a social network, a blog."""

from __future__ import annotations

from typing import Protocol

from tocsin.services.ports.targets import Rejected


class Chat(Protocol):
    """Says one text at an address that holds the credentials for it (`slack://...`, apprise's form)."""

    def __call__(self, address: str, title: str, text: str) -> None:
        """Say it once. Raises `targets.Trouble` where nothing was said for certain, `targets.Rejected` where nobody can
        know or the address is none that may be spoken to. Neither repeats the address: it is a secret."""


def no_chat(address: str, title: str, text: str) -> None:
    """There is no way to any chat here."""
    raise Rejected("no chat can be reached: install tocsin[apprise]")
