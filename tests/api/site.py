# SPDX-License-Identifier: Apache-2.0
"""Both halves of the API over a house in memory: settings, and doors that hand over the bundles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from tocsin.testing.house import House

current: list[House] = []
"""The house that the doors hand over: one test, one house."""


class Door:
    """Hands both bundles of the house to every request; each half looks at its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.desk = current[-1].desk  # type: ignore[attr-defined]
        request.front = current[-1].front  # type: ignore[attr-defined]
        return self._answer(request)


def settings(half: str) -> dict[str, Any]:
    """Settings of one half, `desk` or `front`, or of `both`, each below its name."""
    return {
        "ROOT_URLCONF": f"tests.api.urls_{half}",
        "ALLOWED_HOSTS": ["*"],
        "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "tocsin.adapters.db"],
        "MIDDLEWARE": ["tests.api.site.Door"],
        "APPEND_SLASH": False,
        "STATIC_URL": "/static/",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 4 * 1024 * 1024,
    }
