# SPDX-License-Identifier: Apache-2.0
"""A browser and a program at the front of an installation in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from django.http import HttpResponse  # noqa: E402 - Django is set up above
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from tests.api import site  # noqa: E402
from tests.outside.places import Town  # noqa: E402
from tests.support import ROOT  # noqa: E402

Front = Callable[..., HttpResponse]


@pytest.fixture
def at_front() -> Callable[[Town], Front]:
    """Give a way to send requests to the front of an installation."""
    package = Path(ROOT) / "src" / "tocsin" / "delivery"
    settings: dict[str, Any] = {
        **site.settings("front"),
        "ROOT_URLCONF": "tests.outside.urls",
        "INSTALLED_APPS": ["django.contrib.staticfiles", "tocsin.delivery.guests"],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [package / "templates"],
                "APP_DIRS": True,
            }
        ],
    }

    def use(town: Town) -> Front:
        def send(method: str, address: str, body: Any = None, **headers: str) -> HttpResponse:
            site.current.append(replace_front(town))
            try:
                with override_settings(**settings):
                    client = Client()
                    if isinstance(body, bytes):
                        return client.generic(method, address, body, content_type="application/json", headers=headers)
                    return client.generic(method, address) if body is None else client.post(address, body)
            finally:
                site.current.pop()

        return send

    return use


def replace_front(town: Town) -> Any:
    return replace(town.house, desk=town.desk)
