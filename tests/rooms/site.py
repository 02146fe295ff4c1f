# SPDX-License-Identifier: Apache-2.0
"""Reporter's and public room as a small site over a house in memory, behind the real headers of boot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from tests.support import ROOT
from tocsin.delivery.reporter.languages import LANGUAGES
from tocsin.services.app import Front, Site
from tocsin.testing.house import House

PACKAGE = ROOT / "src" / "tocsin"

urlpatterns = [
    *i18n_patterns(path("", include("tocsin.delivery.reporter.urls")), prefix_default_language=False),
    path("", include("tocsin.delivery.public.urls")),
]

current: list[Front] = []
"""What the door hands over: one test, one front."""


def at(house: House, url: str) -> Front:
    """The front of a house that is reached at `url`."""
    return replace(house.front, site=Site(public_url=url, desk_url="https://desk.example.org"))


class Door:
    """Hands the front to every request, as boot's own door does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.front = current[-1]  # type: ignore[attr-defined]
        return self._answer(request)


SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": "tests.rooms.site",
    "ALLOWED_HOSTS": ["*"],
    "DEBUG": False,
    "CONFIG": SimpleNamespace(secure=False),
    "INSTALLED_APPS": [
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.staticfiles",
        "tocsin.adapters.db",
        "tocsin.delivery.reporter",
        "tocsin.delivery.public",
    ],
    "MIDDLEWARE": [
        "tocsin.boot.middleware.Headers",
        "tocsin.boot.middleware.Utf8Only",
        "tocsin.boot.middleware.Unavailability",
        "tocsin.delivery.reporter.languages.Speaking",
        "tests.rooms.site.Door",
    ],
    "FILE_UPLOAD_HANDLERS": ["tocsin.boot.middleware.NoFiles"],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 4 * 1024 * 1024,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 100,
    "APPEND_SLASH": False,
    "USE_I18N": True,
    "LANGUAGES": LANGUAGES,
    "LANGUAGE_CODE": "en",
    "STATIC_URL": "/static/",
    "STATICFILES_DIRS": [PACKAGE / "delivery" / "static"],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [PACKAGE / "delivery" / "templates"],
            "OPTIONS": {
                "context_processors": [],
                "loaders": [
                    (
                        "tocsin.delivery.flat.Loader",
                        [
                            "django.template.loaders.filesystem.Loader",
                            "django.template.loaders.app_directories.Loader",
                        ],
                    )
                ],
            },
        }
    ],
}
