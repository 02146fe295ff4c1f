# SPDX-License-Identifier: Apache-2.0
"""What each half of the API says of itself: its OpenAPI document, and what the codes of its problems mean. Routes of
cases and of what is public are each half's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from tocsin.delivery.api import problems, schema
from tocsin.delivery.api.problems import give
from tocsin.delivery.api.schema import told

_JSON: Final = told(content={"application/json": {"schema": {"type": "object"}}})


def describe(api: NinjaAPI, base: Callable[[Any], str]) -> None:
    """Register both with a half of the API; `base` says of a request where that half is reached."""

    @api.get("/problems", operation_id="codes", tags=["document"], openapi_extra=_JSON)
    def codes(request: HttpRequest) -> HttpResponse:
        """Explain the codes of problems."""
        return give(problems.CODES)

    @api.get("/openapi.json", operation_id="openapi", tags=["document"], openapi_extra=_JSON)
    def openapi(request: HttpRequest) -> HttpResponse:
        """Give this half's OpenAPI 3.1 document."""
        return give(schema.document(api, base(request)))
