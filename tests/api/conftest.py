# SPDX-License-Identifier: Apache-2.0
"""An installation to talk to: a house in memory, both halves of its API, and people with tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import django
import msgspec
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from django.http import HttpResponse  # noqa: E402 - Django is set up above
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from tests.api import site  # noqa: E402
from tests.outside.places import Silent, Town, town  # noqa: E402
from tests.outside.test_webhooks import Receiver  # noqa: E402
from tocsin.core.vocabulary import Refused, Role  # noqa: E402
from tocsin.core.wire.access import NewToken, Scope  # noqa: E402
from tocsin.delivery.api.desk import door  # noqa: E402
from tocsin.services import api_tokens  # noqa: E402
from tocsin.testing.house import House  # noqa: E402
from tocsin.testing.house import house as build  # noqa: E402

PROJECT = "warehousepg"
BASE = "/api/v1"


@dataclass
class Half:
    """One half of the API, spoken to as a program would."""

    half: str
    secret: str = ""

    def __call__(self, method: str, address: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send a request; `If_Match="3"` becomes a header."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            told.setdefault("Authorization", f"Bearer {self.secret}")
        data = b"" if body is None else msgspec.json.encode(body)
        with override_settings(**site.settings(self.half)):
            return Client().generic(
                method, BASE + address, data, content_type="application/json" if data else "", headers=told
            )

    def form(self, address: str, fields: dict[str, Any], **headers: str) -> HttpResponse:
        """Send a form with files."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            told["Authorization"] = f"Bearer {self.secret}"
        with override_settings(**site.settings(self.half)):
            return Client().post(BASE + address, fields, headers=told)

    def get(self, address: str) -> Any:
        """Read something that is there."""
        answer = self("GET", address)
        assert answer.status_code == 200, answer.content
        return msgspec.json.decode(answer.content)

    def move(self, ref: str, name: str, wish: dict[str, Any] | None = None, **headers: str) -> Any:
        """Make a move that must be allowed."""
        answer = self("POST", f"/cases/{ref}/moves/{name}", wish or {}, **headers)
        assert answer.status_code == 200, answer.content
        return msgspec.json.decode(answer.content)


@pytest.fixture
def house() -> Iterator[House]:
    """The installation."""
    made = build()
    site.current.append(made)
    door.failures.forget()
    yield made
    site.current.remove(made)


@pytest.fixture
def here() -> Iterator[Town]:
    """An installation with a forge, mail that waits, and somebody else's server for webhooks."""
    made = town(watch_issues=True)
    mail = replace(made.desk.post, sends=Silent(), sender="security@example.org")
    outside = replace(made.desk.outside, http=Receiver())
    made.desk = replace(made.desk, post=mail, outside=outside)
    made.house = replace(made.house, desk=made.desk)
    site.current.append(made.house)
    door.failures.forget()
    yield made
    site.current.remove(made.house)


@pytest.fixture
def token(house: House) -> Callable[..., str]:
    """Make a token; without more, Dana's for everything."""

    def make(person: str = "", *scopes: Scope, project: str = PROJECT, days: int = 30) -> str:
        made = api_tokens.issue(house.desk, person or house.dana, project, "a test", scopes or tuple(Scope), days)
        assert isinstance(made, NewToken), made
        return made.secret

    return make


@pytest.fixture
def desk(token: Callable[..., str]) -> Half:
    """The desk's half with Dana's token."""
    return Half("desk", token())


@pytest.fixture
def front(house: House) -> Half:
    """The front's half."""
    return Half("front")


@pytest.fixture
def member(house: House) -> Callable[..., str]:
    """Add somebody with the given roles in one project."""

    def add(name: str, project: str, *roles: Role) -> str:
        return house.desk.people.add(name, f"{name.lower()}@example.org", {project: frozenset(roles)}).id

    return add


__all__ = ["PROJECT", "Half", "Refused"]
