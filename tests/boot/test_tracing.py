# SPDX-License-Identifier: Apache-2.0
"""Traces say when somebody was at work and never on what; without a collector the library is not even imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402 - Django is set up above
from django.test import RequestFactory  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

from tests.support import ROOT  # noqa: E402
from tocsin.boot import tracing  # noqa: E402
from tocsin.boot.config import Config, Monitor  # noqa: E402
from tocsin.delivery.worker.loop import Chore  # noqa: E402

CANARY = "quokka"
TRACED = Config(monitor=Monitor(traces="https://collector.example.org/v1/traces"))


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", lambda: provider.get_tracer("tocsin"))
    yield exporter
    provider.shutdown()


def ask(status: int = 200, method: str = "POST", error: Exception | None = None) -> None:
    """A request with the canary in everything that a stranger can fill in."""

    def answer(request: HttpRequest) -> HttpResponse:
        if error is not None:
            raise error
        request.resolver_match = SimpleNamespace(route="c/<str:ref>/do/<str:name>")  # type: ignore[assignment]
        return HttpResponse(CANARY, status=status, headers={"X-Case": CANARY})

    request = RequestFactory().generic(
        method, f"/c/{CANARY}/do/note?q={CANARY}", f"text={CANARY}", headers={"User-Agent": CANARY, "Cookie": CANARY}
    )
    tracing.Traced(answer)(request)


def told(spans: InMemorySpanExporter) -> list[Any]:
    return [*spans.get_finished_spans()]


def test_a_request_is_told_by_its_route_method_and_status(spans: InMemorySpanExporter) -> None:
    ask(status=302)
    (span,) = told(spans)
    assert span.name == "POST /c/<str:ref>/do/<str:name>"
    assert dict(span.attributes) == {
        "http.request.method": "POST", "http.route": "/c/<str:ref>/do/<str:name>", "http.response.status_code": 302,
    }  # fmt: skip


def test_no_span_holds_anything_that_somebody_wrote(spans: InMemorySpanExporter) -> None:
    ask()
    ask(status=503)
    ask(method=CANARY.upper())
    with pytest.raises(RuntimeError):
        ask(error=RuntimeError(CANARY))
    texts = [span.to_json() for span in told(spans)]
    assert len(texts) == 4
    assert [text for text in texts if CANARY in text.lower()] == []


def test_a_canary_that_was_let_in_would_be_seen(spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a build that lets errors be recorded, as the library does by itself."""
    usual = tracing._tracer().start_as_current_span
    careless = SimpleNamespace(start_as_current_span=lambda name, **_: usual(name))
    monkeypatch.setattr(tracing, "_tracer", lambda: careless)
    with pytest.raises(RuntimeError):
        ask(error=RuntimeError(CANARY))
    assert CANARY in told(spans)[0].to_json()


def test_a_chore_is_told_by_its_name_and_its_error_by_its_kind(spans: InMemorySpanExporter) -> None:
    def fails(_: object) -> None:
        raise LookupError(CANARY)

    good, bad = tracing.traced(TRACED, [Chore("sending webhooks", 1, str), Chore("looking at forges", 1, fails)])
    good.do(None)  # type: ignore[arg-type]
    with pytest.raises(LookupError):
        bad.do(None)  # type: ignore[arg-type]
    assert [span.name for span in told(spans)] == ["sending webhooks", "looking at forges"]
    assert dict(told(spans)[1].attributes) == {"error.type": "LookupError"}
    assert CANARY not in told(spans)[1].to_json()


@pytest.mark.slow
def test_without_a_collector_nothing_of_it_is_imported_and_nothing_is_wrapped() -> None:
    chores = [Chore("sending webhooks", 1, str)]
    assert tracing.traced(Config(), chores) is chores
    code = (
        "import sys; from tocsin.boot import tracing; from tocsin.boot.config import Config, Role;"
        "tracing.start(Config(), Role.DESK); print([n for n in sys.modules if n.startswith('opentelemetry')])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("place", ["http://collector.example.org/v1/traces", "collector:4318", "ftp://x"])
def test_a_collector_is_reached_over_tls_or_on_this_machine(place: str) -> None:
    assert Monitor(traces="http://127.0.0.1:4318/v1/traces").traces
    with pytest.raises(ValueError, match="begins with https"):
        Monitor(traces=place)
