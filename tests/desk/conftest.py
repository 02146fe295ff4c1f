# SPDX-License-Identifier: Apache-2.0
"""A desk to walk into: a house in memory, a browser without script, and people who are signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Protocol

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from django.core.cache import cache  # noqa: E402 - Django is set up above
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from tests.desk import server  # noqa: E402
from tocsin.core.vocabulary import Role  # noqa: E402
from tocsin.testing.house import House  # noqa: E402
from tocsin.testing.house import house as build  # noqa: E402


class SignIn(Protocol):
    """Signs somebody in at a browser of their own; without a name, Dana."""

    def __call__(self, person: str = "") -> Client: ...


@pytest.fixture(autouse=True, scope="module")
def _site() -> Iterator[None]:
    with override_settings(**server.SETTINGS):
        yield


@pytest.fixture
def house() -> Iterator[House]:
    """The installation that the desk under test belongs to."""
    made = build()
    server.current.append(made)
    yield made
    server.current.remove(made)
    cache.clear()


@pytest.fixture
def sign_in(house: House) -> SignIn:
    """Sign somebody in the way people do: by link and button."""

    def enter(person: str = "") -> Client:
        client = Client()
        token = house.desk.people.sign_in_link(person or house.dana, house.clock(), house.clock() + timedelta(hours=1))
        response = client.post(f"/sign-in/{token}")
        assert response.status_code == 303
        return client

    return enter


@pytest.fixture
def member(house: House) -> Callable[..., str]:
    """Add somebody with the given roles in one project."""

    def add(name: str, project: str, *roles: Role) -> str:
        return house.desk.people.add(name, f"{name.lower()}@example.org", {project: frozenset(roles)}).id

    return add
