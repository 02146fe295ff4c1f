# SPDX-License-Identifier: Apache-2.0
"""Everything the desk does can be asked for by a program, or it is said here why not."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType
from typing import Final

import pytest
from django.urls import URLPattern

from tocsin.delivery.api import schema
from tocsin.delivery.api.desk.routes import api as desk_api
from tocsin.delivery.api.front.routes import api as front_api
from tocsin.delivery.desk import urls
from tocsin.delivery.desk.views import admin, bulk, distributors, duty, forge, mail, project

SESSION: Final = "a session in a browser; a program has a token"
FACTOR: Final = "takes a person who just showed a second factor: a token that could do it would be worth stealing"
BROWSER: Final = "how one browser looks and what it keeps for its person; a program keeps its own"
TRIAL: Final = "shown in a trial only"

DEEDS: Final[dict[str, dict[str, tuple[str, ...] | str]]] = {
    "inbox-do": {
        "snooze": ("snooze",), "wake": ("wake",), "mine": ("move-assign",), "assign": ("move-assign",),
        "need-info": ("move-need-info",), "reject": ("move-reject",), "duplicate": ("move-duplicate",),
        "reconsider": ("move-reconsider",),
    },
    "people-change": {"set": FACTOR, "invite": FACTOR, "confirm": FACTOR},
    "admin-do": {"invite": FACTOR, "end": FACTOR, "break-glass": FACTOR, "agree": FACTOR},
    "distributors-do": {
        "approve": ("approve-distributor",), "remove": ("remove-distributor",), "ask": ("ask-distributor",),
    },
    "forge-do": {"take": ("take-issue",), "leave": ("leave-issue",), "reply": ("reply-issue",)},
    "duty-change": {
        "set": ("set-duty",), "swap": ("swap-duty",), "away": ("away",), "back": ("back",), "home": ("duty-home",),
        "note": ("duty-note",),
    },
    "mail-do": {"report": ("report-mail",), "add": ("add-mail",), "discard": ("discard-mail",)},
}  # fmt: skip
"""What can be done at an address that takes several deeds: the operations, or why there is none."""

ROUTES: Final[dict[str, tuple[str, ...] | str]] = {
    "home": ("cases",),
    "inbox": ("cases",),
    "inbox-news": ("cases",),
    "inbox-find": ("find",),
    "case": ("case", "messages", "events"),
    "tab": ("case", "advisory", "plan", "publication", "shares", "case-forge", "alike", "looks"),
    "move": ("move-say",),  # each of its forms: test_document.py
    "draft": BROWSER,
    "file": ("download", "upload"),
    "here": "who has a page open; a program has none",
    "people": ("members",),
    "calendar": ("calendar",),  # and the address for calendar programs: a secret that outlives every token
    "calendar-feed": ("calendar",),
    "duty": ("duty",),
    "distributors": ("distributors", "distributor"),
    "forge": ("forge",),
    "sent": TRIAL,
    "styleguide": TRIAL,
    "mail": ("held-mails",),
    "mail-one": ("held-mail",),
    "mine": ("mail-wishes",),  # changing it: FACTOR
    "admin": "what administrators see belongs to no project, and a token does",
    "look": BROWSER,
    "tokens": ("tokens",),  # making one: FACTOR
    "token-end": ("end-token",),
    "metrics": ("metrics", "skill"),
    "metrics-export": ("metrics",),
    "policy": ("policy",),
    "policy-edit": ("put-in-force",),
    "policy-cases": ("move-adopt-policy",),
    "policy-import": "reads prose and asks a person about each promise; what comes of it is put in force",
    "first-run": "before the first project there is no token",
    "sign-in": SESSION,
    "sign-out": SESSION,
    "link": SESSION,
}
"""Every address of the desk."""

OUTSIDE: Final = ("report", "terms", "apply", "confirm-distributor", "leave-distributors", "subscribe",
                  "confirm-subscription", "unsubscribe", "answer-advisory", "advisories", "document")  # fmt: skip
"""What people outside do at the public address."""

ONLY_TERMINAL: Final = ("webhooks", "add-webhook", "webhook", "remove-webhook", "renew-webhook-secret", "test-webhook",
                        "deliveries", "redeliver", "looks", "timeline", "rollout", "subscriptions")  # fmt: skip
"""What the terminal does and the desk has no page for."""


def operations(api: object = desk_api) -> set[str]:
    paths = schema.document(api, "")["paths"]  # type: ignore[arg-type]
    return {each["operationId"] for methods in paths.values() for each in methods.values()}


def said(told: tuple[str, ...] | str) -> tuple[str, ...]:
    return told if isinstance(told, tuple) else ()


def test_every_address_of_the_desk_has_its_operations_or_a_reason() -> None:
    routes = {str(route.name) for route in urls.urlpatterns if isinstance(route, URLPattern)}
    assert routes == {*ROUTES, *DEEDS}
    assert not set(ROUTES) & set(DEEDS)
    every = [*ROUTES.values(), *(each for deeds in DEEDS.values() for each in deeds.values())]
    named = {operation for told in every for operation in said(told)}
    assert named - operations() == set()
    assert all(told for told in every)


def test_whatever_people_outside_and_the_terminal_can_do_is_there_too() -> None:
    assert set(OUTSIDE) - operations(front_api) == set()
    assert set(ONLY_TERMINAL) - operations() == set()


def deeds_of(module: ModuleType) -> set[str]:
    """The words that a view decides by."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.MatchValue) and isinstance(node.value, ast.Constant):
            found.add(str(node.value.value))
    return found


@pytest.mark.parametrize(
    ("route", "module", "otherwise"),
    [
        ("people-change", project, {"confirm"}),
        ("admin-do", admin, {"agree"}),
        ("distributors-do", distributors, set()),
        ("forge-do", forge, set()),
        ("duty-change", duty, {"back"}),
        ("mail-do", mail, set()),
    ],
)
def test_every_deed_of_an_address_is_listed(route: str, module: ModuleType, otherwise: set[str]) -> None:
    assert deeds_of(module) | otherwise == set(DEEDS[route])


def test_every_deed_of_the_inbox_is_listed() -> None:
    assert set(bulk._DEEDS) == set(DEEDS["inbox-do"])
