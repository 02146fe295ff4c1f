# SPDX-License-Identifier: Apache-2.0
"""The small GitHub behind a real socket on this machine, for the demo and for faults that only a socket has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tocsin.testing.github.double import API, Fault, GitHubDouble


class _Handler(BaseHTTPRequestHandler):
    double: GitHubDouble
    stopped: threading.Event

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
        found = self.double(self.command, API + self.path, headers=dict(self.headers.items()), body=body)
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
def serving(double: GitHubDouble, port: int = 0) -> Iterator[str]:
    """Serve a double on loopback; gives its address, to be set as `api` of a forge."""
    stopped = threading.Event()
    handler = type("Handler", (_Handler,), {"double": double, "stopped": stopped})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
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
