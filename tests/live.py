# SPDX-License-Identifier: Apache-2.0
"""A room served over HTTP from the test's own process, and ended without leaving anything open.

Django's own live server hands the test's database connections to its threads and does not wait for them; a browser
that keeps a connection alive then leaves a socket or a thread behind, which some later test is blamed for.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread


class Server(ThreadedWSGIServer):
    """Knows its open connections, closes them at the end and waits for the threads that served them."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(*args, **kwargs)

    def serve_forever(self, poll_interval: float = 0.05) -> None:
        """Serve until told to end, looking for that ten times as often as the library does: each test waits for it."""
        super().serve_forever(poll_interval)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection and remember it."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        """Forget a connection that ended."""
        self._connections.discard(request)
        super().close_request(request)

    def server_close(self) -> None:
        """Hang up on everybody, then wait for the threads."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class Thread(LiveServerThread):
    """The thread that accepts."""

    server_class = Server


@contextmanager
def live() -> Iterator[str]:
    """Serve the site that the settings describe; gives its address."""
    thread = Thread("127.0.0.1", static_handler=StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
