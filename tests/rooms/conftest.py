# SPDX-License-Identifier: Apache-2.0
"""The rooms that face the world, over a house in memory: real sealing, real rules, and a clock that stands still."""

from __future__ import annotations

import os
from collections.abc import Iterator

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from django.test import Client  # noqa: E402 - Django is set up above
from django.test.utils import override_settings  # noqa: E402

from tests.rooms import site  # noqa: E402
from tocsin.testing.house import House  # noqa: E402
from tocsin.testing.house import house as build  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def _site() -> Iterator[None]:
    with override_settings(**site.SETTINGS):
        yield


@pytest.fixture
def house() -> Iterator[House]:
    """The installation whose front the rooms under test hold."""
    made = build()
    site.current.append(made.front)
    yield made
    site.current.pop()


@pytest.fixture
def visitor(house: House) -> Client:
    """A browser that has never been here."""
    return Client(headers={"sec-fetch-site": "same-origin"})
