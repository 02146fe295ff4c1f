# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of one listener; which one is said by `TOCSIN_ROLE`. The desk's process also runs the worker,
unless that is a process of its own (`boot.worker`)."""

from __future__ import annotations

import gc
import os
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponseBase
from django.urls import get_resolver

from tocsin.adapters.db import lending, scope
from tocsin.boot import config, lifeline, setup, tracing
from tocsin.boot.config import APART, WORKER, Role


class Request(WSGIRequest):
    """A request that is read as UTF-8, whatever codec it names: Django would try that one before anything of ours is
    asked, and some fail there. `middleware.Utf8Only` then refuses it in words."""

    @property
    def encoding(self) -> None:
        """None: the default."""

    @encoding.setter
    def encoding(self, named: str) -> None:
        pass


class Handler(WSGIHandler):
    """Django's handler over such requests, each with a connection lent to it until its answer is made. Not until it
    was sent: granian closes answers in another thread."""

    request_class = Request

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        """Answer one request."""
        _lending.lend()
        answer = super().__call__(environ, start_response)
        if not answer.streaming:
            _lending.take_back()
        return answer


_lending = lending.Lending()
lifeline.tie()
_config = setup.start(config.role())
tracing.start(_config, config.role())
application = Handler()
addresses = get_resolver().url_patterns
"""Imported now: a process whose rooms cannot be imported ends at once, instead of failing at every request."""

if config.role() is Role.FRONT:
    scope.start(scope.INTAKE)

if config.role() is Role.DESK:
    from tocsin.boot import monitor, upkeep, wiring
    from tocsin.delivery.worker import loop

    _desk = wiring.desk(_config)
    if os.environ.get(WORKER) == APART:
        loop.keep(_desk, tracing.traced(_config, upkeep.own()))
    else:
        monitor.listen(_config, _desk)
        loop.start(_desk, _config.worker_seconds, tracing.traced(_config, upkeep.chores(_config)))

# What was read so far stays: whoever tidies up need not look through it again and again (a fiftieth of a report).
gc.collect()
gc.freeze()
