# SPDX-License-Identifier: Apache-2.0
"""Speaking HTTP to others: one request, one answer, behind the egress guard. Only worker and terminal do.

Redirects are never followed: who is asked for one address answers, or nobody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """What came back. Names of headers are in small letters; `body` was cut off nowhere."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether it is one of the 200s."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; raises ValueError (`msgspec.DecodeError`) for what is none."""
        return msgspec.json.decode(self.body)


class Held(Exception):
    """The egress guard keeps this in: it holds a secret, or goes where nothing may go. `because` says which."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Http(Protocol):
    """Sends one request."""

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send it and return the answer, whatever its status.

        Raises `Held` where the guard keeps it in, and OSError, in words for a person and without the address's query,
        where nobody answers in time, or the answer is too large.
        """


def no_http(method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    """Nobody is asked: where no way out is set up."""
    raise OSError("there is no way out here")
