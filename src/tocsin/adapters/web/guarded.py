# SPDX-License-Identifier: Apache-2.0
"""`ports.http` on httpx2, with the egress guard in front: what is said, and to whom.

The guard looks at the body for secrets (`core.egress`) and at the address: https only, and only addresses of the public
internet (RFC 6890) unless the settings name the host, so that a webhook cannot be pointed at this machine or its
neighbours. The name is looked up once and that very address is connected to; TLS still checks the name. Tokens travel
in headers, which are neither looked at nor logged. In a panic it asks, and tells nobody anything.

Source: httpx2 (`Client.stream`, extension `sni_hostname`); OWASP, server-side request forgery.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx2

from tocsin.core import egress
from tocsin.services.ports.http import Answer, Held

PATIENCE: Final = 20.0
"""Seconds for each step of a request."""

LARGEST: Final = 8 << 20
"""Bytes of an answer."""

ASKS: Final = frozenset({"GET", "HEAD"})
"""Methods that tell the other side nothing of ours (RFC 9110, 9.2.1)."""

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a host, in the order in which they are to be tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True)
class GuardedHttp:
    """The one client. `trusted` are hosts (with or without a port) that the settings name: they may be inside, and
    speak http. `words` and `canaries` are what the egress guard looks for besides the forms of secrets; `shut` says
    whether there is a panic (`services.incident`)."""

    trusted: frozenset[str] = frozenset()
    words: Collection[str] = frozenset()
    canaries: tuple[str, ...] = ()
    shut: Callable[[], bool] = bool
    patience: float = PATIENCE
    lookup: Resolve = resolve
    transport: httpx2.BaseTransport | None = field(default=None, repr=False)

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send one request; see the port."""
        parts = self._allowed(url)
        if method not in ASKS and self.shut():
            raise OSError("nothing goes out: “tocsin panic” holds it until “tocsin panic --over”")
        self._looked_through(body)
        where = f"{parts.scheme}://{parts.netloc}"
        address, given = self._pinned(parts)
        try:
            with (
                httpx2.Client(timeout=self.patience, follow_redirects=False, transport=self.transport) as client,
                client.stream(
                    method,
                    address,
                    headers={**(headers or {}), **given},
                    content=body or None,
                    extensions={"sni_hostname": parts.hostname or ""},
                ) as answer,
            ):
                return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, _read(answer))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise OSError(f"{where} does not answer: {type(error).__name__}") from error

    def _allowed(self, url: str) -> SplitResult:
        parts = urlsplit(url)
        if parts.username or parts.password or not parts.hostname:
            raise Held("the address is none that may be asked")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._trusts(parts)):
            raise Held("only https goes out")
        return parts

    def _trusts(self, parts: SplitResult) -> bool:
        return bool({parts.netloc, parts.hostname} & self.trusted)

    def reaches(self, host: str) -> bool:
        """Whether a host may be spoken to at all: the settings name it, or all its addresses are public."""
        if host in self.trusted:
            return True
        try:
            found = self.lookup(host, 443)
        except OSError:
            return False
        return bool(found) and all(map(public, found))

    def _looked_through(self, body: bytes) -> None:
        refused = egress.held([body.decode("utf-8", "replace")], self.words, self.canaries, "A request")
        if refused:
            raise Held(refused.because)

    def _pinned(self, parts: SplitResult) -> tuple[str, Mapping[str, str]]:
        """The address to connect to, and the headers that keep its name; trusted hosts are left to the client."""
        if self._trusts(parts):
            return parts.geturl(), {}
        host = parts.hostname or ""
        try:
            port = parts.port or 443
            found = self.lookup(host, port)
        except (OSError, ValueError) as error:
            raise OSError(f"{host} is not known") from error
        if not found or not all(map(public, found)):
            raise Held(f"{host} is not an address of the public internet")
        number = f"[{found[0]}]" if ":" in found[0] else found[0]
        return parts._replace(netloc=f"{number}:{port}").geturl(), {"Host": parts.netloc}


def public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also inside IPv6's ways of writing IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


def _read(answer: httpx2.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise ValueError("too large")
    return bytes(body)
