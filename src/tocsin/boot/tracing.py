# SPDX-License-Identifier: Apache-2.0
"""Traces for those who watch machines, where `monitor.traces` names a collector of OpenTelemetry; otherwise its library
is not even imported.

A span says which route was asked by which method, with which status, or which chore of the worker ran, and how long it
took. It never says an address, a query, a name, a header or the words of an error: with `monitor.traces` set, a
collector learns when somebody was at work, and nothing about what. Attributes are those of OpenTelemetry's semantic
conventions for HTTP spans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase

from tocsin import __version__
from tocsin.boot.config import Config, ConfigError, Role
from tocsin.delivery.worker.loop import Chore
from tocsin.services.app import Desk

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "_OTHER"
"""What the conventions call a method that a stranger made up."""

_NAME: Final = "tocsin"


def start(config: Config, role: Role) -> None:
    """Send this process's spans to the collector of the settings, if there is one. To be called after a fork. Raises
    ConfigError where the library is not installed."""
    if not config.monitor.traces:
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigError("monitor.traces needs more than is installed: pip install 'tocsin[otel]'") from None
    told = Resource({"service.name": f"tocsin-{role.value}", "service.version": __version__})
    provider = TracerProvider(resource=told)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=config.monitor.traces)))
    trace.set_tracer_provider(provider)


def _tracer() -> Any:
    from opentelemetry import trace

    return trace.get_tracer(_NAME, __version__)


class Traced:
    """Middleware: a span for each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        self._answer = get_response
        self._failed = Status(StatusCode.ERROR)
        self._span = partial(
            _tracer().start_as_current_span,
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        method = request.method if request.method in METHODS else OTHER
        with self._span(str(method)) as span:
            response = self._answer(request)
            match = request.resolver_match
            route = f"/{match.route}" if match is not None else ""  # the pattern, never the address itself
            span.update_name(f"{method} {route}".strip())
            span.set_attributes({"http.request.method": str(method), "http.route": route})
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(self._failed)
            return response


def traced(config: Config, chores: Sequence[Chore]) -> Sequence[Chore]:
    """The chores, each with a span of its own where somebody looks at them."""
    if not config.monitor.traces:
        return chores
    return [each._replace(do=partial(_do, each.name, each.do)) for each in chores]


def _do(name: str, do: Callable[[Desk], object], desk: Desk) -> None:
    from opentelemetry.trace import Status, StatusCode

    with _tracer().start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            do(desk)
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR))
            span.set_attribute("error.type", type(error).__name__)
            raise
