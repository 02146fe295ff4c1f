# SPDX-License-Identifier: Apache-2.0
"""What the small copies of services outside have in common: the ways they fail, and a log of every request.

A double is a `services.ports.http.Http`, so a test needs no socket; `serving` puts it behind a real one, for the demo
and for faults that only a socket has. What it answers, and by which official description, is its own matter.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Protocol

import msgspec

from tocsin.services.ports.http import Answer


class Fault(StrEnum):
    """A way of failing."""

    REFUSE = "refuse"
    HANG = "hang"
    BROKEN = "500"
    FORBIDDEN = "403"
    TOO_MANY = "429"
    GARBAGE = "garbage"
    SLOW = "slow"


class Seen(msgspec.Struct, frozen=True):
    """One line of the request log, checked against the description. No key and no token is in it."""

    method: str
    path: str
    status: int
    wrong: tuple[str, ...] = ()

    @property
    def unfit(self) -> list[str]:
        """What is wrong with it, and where it went."""
        return [f"{self.method} {self.path}: {each}" for each in self.wrong]


UNFIT: Final[deque[str]] = deque(maxlen=100)
"""What did not fit its description lately, of any double here: a run of tests looks at it after each of them."""


class No(Exception):
    """An answer other than a good one."""

    def __init__(self, status: int, **body: object) -> None:
        super().__init__(str(status))
        self.status, self.body = status, body


_SAYS: Final[Mapping[Fault, Answer]] = {
    Fault.BROKEN: Answer(500, {}, b'{"error": "SERVICE_NOT_AVAILABLE", "message": "Server Error"}'),
    Fault.FORBIDDEN: Answer(403, {"x-ratelimit-remaining": "0"}, b'{"error": "FORBIDDEN", "message": "not you"}'),
    Fault.TOO_MANY: Answer(429, {"retry-after": "600"}, b'{"error": "TOO_MANY_REQUESTS", "message": "slow down"}'),
    Fault.GARBAGE: Answer(200, {"content-type": "text/html"}, b"<html>\xff\xfe We will be back soon"),
}


def failed(fault: Fault) -> Answer:
    """Answer as one that fails in this way. Raises OSError where no answer comes."""
    if fault is Fault.REFUSE:
        raise OSError("the service does not answer: ConnectError")
    if fault in (Fault.HANG, Fault.SLOW):
        raise OSError("the service does not answer: ReadTimeout")
    return _SAYS[fault]


@dataclass(kw_only=True)
class Double:
    """A double's faults and its log. `before_write` and `after_write` are told the path, and may do what a fault does
    between two steps."""

    fault: Fault | None = None
    log: list[Seen] = field(default_factory=list)
    before_write: Callable[[str], None] | None = None
    after_write: Callable[[str], None] | None = None

    def saw(self, method: str, path: str, status: int, wrong: Sequence[str]) -> None:
        """Write a request down; `status` is 0 where no answer was meant."""
        self.log.append(seen := Seen(method, path, status, tuple(wrong)))
        UNFIT.extend(seen.unfit)

    @property
    def wrong(self) -> list[str]:
        """Everything that did not fit the description, on either side."""
        return [each for seen in self.log for each in seen.unfit]

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Fail for a while."""
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None


class Served(Protocol):
    """What can stand behind a socket."""

    @property
    def fault(self) -> Fault | None: ...

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer: ...


class _Handler(BaseHTTPRequestHandler):
    double: Served
    base: str
    stopped: threading.Event
    alone: threading.Lock

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.double.fault in (Fault.HANG, Fault.SLOW):
            self.stopped.wait()
            return
        if self.double.fault is Fault.REFUSE:
            self.close_connection = True
            self.connection.close()
            return
        with self.alone:
            found = self.double(self.command, self.base + self.path, headers=dict(self.headers.items()), body=body)
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server asks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Say nothing: the double keeps a log of its own."""


@contextmanager
def serving(double: Served, base: str, port: int = 0) -> Iterator[str]:
    """Serve a double of `base` on loopback, one request at a time; gives its address."""
    stopped = threading.Event()
    told = {"double": double, "base": base, "stopped": stopped, "alone": threading.Lock()}
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), told))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
