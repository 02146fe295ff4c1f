# SPDX-License-Identifier: Apache-2.0
"""The desk as a small site over a house in memory: settings, addresses, and a door that hands over the bundle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from tests.support import ROOT
from tocsin.testing.house import House

PACKAGE = ROOT / "src" / "tocsin"

urlpatterns = [path("", include("tocsin.delivery.desk.urls"))]

current: list[House] = []
"""The house that the door hands over: one test, one house."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Door:
    """Hands the house's desk to every request, and sets the policy that pages are served under."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.desk = current[-1].desk  # type: ignore[attr-defined]
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response


LOADERS = [f"django.template.loaders.{each}.Loader" for each in ("filesystem", "app_directories")]

SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "tests.desk.server",
    "ALLOWED_HOSTS": ["*"],
    "INSTALLED_APPS": [
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.staticfiles",
        "tocsin.adapters.db",
        "tocsin.delivery.desk",
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "tests.desk.server.Door",
    ],
    "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
    "SESSION_COOKIE_SAMESITE": "Strict",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Strict",
    "APPEND_SLASH": False,
    "STATIC_URL": "/static/",
    "STATICFILES_DIRS": [PACKAGE / "delivery" / "static"],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [PACKAGE / "delivery" / "templates"],
            "OPTIONS": {"context_processors": [], "loaders": [("tocsin.delivery.flat.Loader", LOADERS)]},
        }
    ],
}
