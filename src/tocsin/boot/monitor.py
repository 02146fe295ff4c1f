# SPDX-License-Identifier: Apache-2.0
"""For those who watch machines: `/healthz` (this process answers), `/readyz` (it can do its work), and `/metrics`.

Both listeners answer the first two. Metrics have a listener of their own (`monitor.listen`), in the process of the
worker: on loopback, or behind a token, so that no proxy gives them to the internet by mistake.
"""

from __future__ import annotations

import hmac
import os
import resource
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tocsin import __version__
from tocsin.boot.config import Config, Role
from tocsin.services import vitals
from tocsin.services.app import Desk
from tocsin.services.ports.store import Unavailable
from tocsin.services.vitals import Metric

_QUIET: Final = {"Cache-Control": "no-store"}


def ready(config: Config, role: Role) -> str:
    """What keeps this process from its work; empty when it can do it."""
    from tocsin.adapters.db.database import DEFAULT

    try:
        DEFAULT.rows("SELECT 1", ())
    except Unavailable:
        return "the database does not answer"
    if role in (Role.DESK, Role.WORKER) and config.holder_socket.is_socket():
        from tocsin.adapters.vault.holder.client import answers  # what the front must not even import

        return "" if answers(config.holder_socket) else "the key holder does not answer"
    return ""


class Vitals:
    """Answers probes before anything else looks at a request: they come by address, not by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        from django.conf import settings

        self._answer = get_response
        self._ready = partial(ready, settings.CONFIG, settings.ROLE)
        self._alive = settings.ROLE is Role.DESK  # the public room has an address for it

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in ("GET", "HEAD"):
            if request.path_info == "/readyz":
                wrong = self._ready()
                return _text(wrong or "ready", 503 if wrong else 200)
            if request.path_info == "/healthz" and self._alive:
                return _text("ok", 200)
        return self._answer(request)


def _text(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8", headers=_QUIET)


def own() -> list[Metric]:
    """What this process uses."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = [Metric("process_cpu_seconds", "counter", "CPU time used.", used.ru_utime + used.ru_stime, "seconds")]
    memory, handles = Path("/proc/self/statm"), Path("/proc/self/fd")
    if memory.exists():
        size = int(memory.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        found.append(Metric("process_resident_memory_bytes", "gauge", "Memory in use.", size, "bytes"))
        found.append(Metric("process_open_fds", "gauge", "Open descriptors.", len(list(handles.iterdir()))))
    return found


def listen(config: Config, desk: Desk) -> ThreadingHTTPServer | None:
    """Serve metrics where `monitor.listen` says, in a thread; None where it says nothing."""
    if not config.monitor.listen:
        return None
    host, _, port = config.monitor.listen.rpartition(":")
    token = Path(config.monitor.token_file).read_text().strip() if config.monitor.token_file else ""
    info = {"version": __version__, "database": config.database.url.partition(":")[0]}

    class Door(BaseHTTPRequestHandler):
        """Gives out metrics and nothing else."""

        server_version, sys_version = "tocsin", ""

        def do_GET(self) -> None:
            """Answer."""
            said = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if token and not hmac.compare_digest(said.encode(), token.encode()):
                self._give(401, "text/plain", "a token is asked for\n")
            elif self.path != "/metrics":
                self._give(404, "text/plain", "not found\n")
            else:
                try:
                    told = vitals.render([*vitals.measure(desk), *own()], info)
                except Unavailable:
                    self._give(503, "text/plain", "the database does not answer\n")
                else:
                    self._give(200, vitals.MEDIA_TYPE, told)

        def _give(self, status: int, kind: str, words: str) -> None:
            body = words.encode()
            self.send_response(status)
            for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *_QUIET.items()):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Nothing: who watches asks every few seconds."""

    server = ThreadingHTTPServer((host.strip("[]"), int(port)), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="monitor", daemon=True).start()
    return server
