# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.access.site ROLE HOME [SHARE]`: asks every address of one listener, as everybody, by every
method; with a share of 4, every fourth address.

The settings, addresses and middleware are the product's own; only what stands behind the ports is a house in memory,
or, where HOME is an installation on PostgreSQL, that database as the listener's own role reaches it: for the desk a
house over it, for the front nothing but the product. A process of its own, because Django takes its settings once.
Prints one JSON document, which `test_routes` judges.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ASKED = ("GET", "POST")
"""What people are asked with; the other methods are asked by nobody and by an owner."""

FEW = ("nobody", "owner", "auditor", "distributor", "elsewhere", "former", "ended")
"""Who is asked of the API's moves, which are many and go through one function."""

MADE_UP = "WHPG-2026-22222"
SECRET = "correct horse battery staple"
REACHES = re.compile(rb'(?:src|href|action|srcset|data|poster)="(?!/|#|mailto:|\?)([^"]*)"')
"""What a page would load or lead to outside of this address."""


def prepare(role: str, home: Path) -> Any:
    """Set Django up over a house in memory; returns the house."""
    import django

    os.environ |= {
        "TOCSIN_CONFIG": str(home / "tocsin.toml"),
        "TOCSIN_ROLE": role,
        "DJANGO_SETTINGS_MODULE": "tocsin.boot.settings",
    }
    from tocsin.boot import setup

    there = (home / "tocsin.toml").exists()
    if not there:
        setup.create(home, home / "data", home / "keys", "http://localhost:8080", "http://localhost:8081")
    django.setup()
    from django.core.management import call_command

    from tocsin.boot import wiring, wiring_front
    from tocsin.services.app import Doors
    from tocsin.testing.house import house as build

    if role == "front" and there:  # all of it is the product's own: it needs nothing that only a desk has
        from tocsin.boot import config

        return SimpleNamespace(front=wiring_front.front(config.load()))
    if role == "desk" and not there:
        call_command("migrate", verbosity=0)
    house = over_the_database(build()) if there else build()
    strict = replace(house.desk, doors=Doors())
    wiring.desk, wiring_front.front = (lambda _: strict), (lambda _: house.front)
    return replace(house, desk=strict)


def over_the_database(house: Any) -> Any:
    """The house with the store of this installation in place of its memory, and the wall of the database in force."""
    from tests.store.stores import in_database
    from tocsin.adapters.db.database import DEFAULT
    from tocsin.adapters.db.machine import DbAlarms, DbCaseKeys, DbFacts
    from tocsin.adapters.db.projects import DbProjects
    from tocsin.adapters.db.scope import on_behalf_of
    from tocsin.core.policy.seeds import NAMES, seed
    from tocsin.core.vocabulary import Role

    assert not DEFAULT.is_sqlite
    stores, projects = in_database(DEFAULT, second=False), DbProjects()
    for name in NAMES:
        projects.adopt(seed(name) or "", "test", house.clock())
    kept = {
        name: getattr(stores, name)
        for name in ("journal", "rooms", "drops", "shelf", "log", "inbox", "outbox", "numbers", "people",
                     "shelf_writer", "api_tokens", "repeats")
    }  # fmt: skip
    of_front = {name: kept[name] for name in ("journal", "rooms", "drops", "shelf", "log")}
    front = replace(house.front, **of_front, projects=projects, arrivals=stores.arrivals)
    machine = replace(house.desk.machine, case_keys=DbCaseKeys(), alarms=DbAlarms(), facts=DbFacts())
    outside = replace(house.desk.outside, records=stores.records, arrivals=stores.arrivals, front=front)
    mail = replace(house.desk.mail, front=front)
    desk = replace(
        house.desk, **kept, projects=projects, machine=machine, outside=outside, mail=mail, wall=on_behalf_of
    )
    roles = frozenset({Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.PUBLISHER})
    dana, li = (
        desk.people.add(name, f"{name.lower()}@example.org", {each.id: roles for each in projects.all()})
        for name in ("Dana", "Li")
    )
    return replace(house, front=front, desk=desk, dana=dana.id, li=li.id)


def routes() -> Iterator[tuple[str, str, list[str]]]:
    """Every address that the resolver knows: its pattern, its name, and the names of what is filled in."""
    from django.urls import URLPattern, get_resolver

    def walk(patterns: Any, before: str) -> Iterator[tuple[str, str, list[str]]]:
        for each in patterns:
            here = before + str(each.pattern)
            if isinstance(each, URLPattern):
                yield here, str(each.name), re.findall(r"<(?:\w+:)?(\w+)>", here)
            else:
                yield from walk(each.url_patterns, here)

    yield from walk(get_resolver().url_patterns, "/")


class People:
    """Everybody who could ask."""

    def __init__(self, house: Any) -> None:
        from tests.desk import story
        from tocsin.core.vocabulary import PROJECT_ROLES, Role

        self.house = house
        add, project, second = house.desk.people.add, story.PROJECT, story.second(house)
        self.ids = {"nobody": ""}
        for role in PROJECT_ROLES:
            self.ids[role.value] = add(role.value, f"{role.value}@example.org", {project: frozenset({role})}).id
        self.ids["elsewhere"] = add("Else", "else@example.org", {second: frozenset(PROJECT_ROLES)}).id
        self.ids["administrator"] = add("Ada", "administrator@example.org", {}).id
        house.desk.people.appoint(self.ids["administrator"], administrator=True)
        self.ids["invited"] = add("Invi", "invited@example.org", {}).id
        for name in ("former", "ended", "unfinished"):
            self.ids[name] = add(name, f"{name}@example.org", {project: frozenset({Role.OWNER})}).id
        self.tokens = {
            name: self._token(person, project) or self._token(person, second) for name, person in self.ids.items()
        }
        add("former", "former@example.org", {project: frozenset()})
        self._accounts()

    def _token(self, person: str, project: str) -> str:
        """A token for everything, where the person gets one."""
        from tocsin.core.vocabulary import Refused
        from tocsin.core.wire.access import Scope
        from tocsin.services import api_tokens

        made = api_tokens.issue(self.house.desk, person, project, "walk", tuple(Scope), 30) if person else None
        return "" if made is None or isinstance(made, Refused) else made.secret

    def _accounts(self) -> None:
        from django.contrib.auth import get_user_model

        model = get_user_model()
        for name, person in self.ids.items():
            if person:
                named = {"name": name, "email": f"{name}@example.org"}
                account, _ = model.objects.get_or_create(id=person, defaults=named)
                account.set_password(SECRET)  # who has nothing to prove themselves with is not asked to, again
                account.save()

    def browser(self, name: str) -> Any:
        """A browser in which this person is signed in, as long as their account lets them; some time has passed since
        the last one, so that nobody is slowed down for what others asked."""
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
        from django.contrib.sessions.backends.db import SessionStore
        from django.test import Client

        from tocsin.adapters.db import scope
        from tocsin.delivery.desk import session

        scope.on_behalf_of(scope.MACHINE)  # what is made ready here is nobody's request
        self.house.clock.advance(timedelta(minutes=2))
        token = {"Authorization": f"Bearer {self.tokens[name]}"} if self.tokens[name] else {}
        client = Client(raise_request_exception=False, SERVER_NAME="localhost", headers=token)
        person = self.ids[name]
        if not person:
            return client
        store = SessionStore()
        stamp, now = self.house.desk.people.stamp(person), self.house.clock()
        session.enter(store, person, stamp, now, whole=name != "unfinished")
        user = get_user_model().objects.get(id=person)
        store[SESSION_KEY], store[HASH_SESSION_KEY] = person, user.get_session_auth_hash()
        store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        store.save()
        client.cookies["tocsin"] = store.session_key
        return client


def fill(names: list[str], case: str, blob: str) -> dict[str, str] | None:
    """What stands in an address; None where this walk does not know what belongs there."""
    from tests.desk import story

    known = {
        "ref": case, "case": case, "tab": "decide", "name": "note", "blob": blob, "project": story.PROJECT,
        "distributor": "dst_1", "webhook": "whk_1", "delivery": "whk_1.msg_1", "mail": "eml_1", "number": "7",
        "first": "2026-03-17", "token": "nonsense", "pk": "1", "provider_id": "oidc", "kind": "promises",
        "advisory": "WHPG-SA-2026-001",
        "file": blob, "format": "text", "address": "made-up", "letter": f"eml_{case}", "deed": "discard",
        "path": "provider-metadata.json",
    }  # fmt: skip
    return {name: known[name] for name in names} if set(names) <= known.keys() else None


def address(pattern: str, given: dict[str, str]) -> str:
    """Fill an address in."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: given[found[1]], pattern)


def said(answer: Any) -> dict[str, Any]:
    """An answer as it is compared: status, headers, and the body's digest."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return {
        "status": answer.status_code,
        "headers": {name: value for name, value in sorted(answer.items()) if name != "Date"},
        "cookies": sorted(answer.cookies),
        "body": hashlib.sha256(re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body)).hexdigest(),
        "reaches": sorted({found.decode("utf-8", "replace") for found in REACHES.findall(body)}),
    }


def ask(browser: Any, method: str, place: str) -> dict[str, Any]:
    """Ask one address."""
    from django.core.cache import cache

    cache.clear()  # nobody is slowed down for what somebody else asked
    data = {"data": {"seen": "1"}} if method == "POST" else {}
    return said(getattr(browser, method.lower())(place, **data))


def hold_mail(house: Any, name: str) -> None:
    """A mail that waits for a person."""
    from tests.mail import post
    from tocsin.services.mail import held
    from tocsin.services.mail.held import Held

    post.deliver(house, post.mail(headers=("From: second@example.net",)))
    (kept,) = held.book(house.desk).all(post.PROJECT)
    value: Held = kept.value
    held.book(house.desk).remove(kept)
    held.hold(house.desk, post.PROJECT, name, value)


def chosen(pattern: str, share: int) -> bool:
    """Whether an address is among those of this walk: one in so many, the same ones every time."""
    return zlib.crc32(pattern.encode()) % share == 0


def desk(house: Any, share: int) -> dict[str, Any]:
    """Ask everything of the desk as everybody."""
    from tests.desk import story

    case = story.report(house, replace_files(house))
    opened = house.desk.journal.head(case)
    assert opened
    hold_mail(house, f"eml_{case}")
    people = People(house)
    people.house.desk.people.end(people.ids["ended"])
    asked, unknown = [], []
    for pattern, name, filled in routes():
        if not chosen(pattern, share):
            continue
        real = fill(filled, case, house.blob)
        absent = fill(filled, MADE_UP, "blb_1")
        if real is None or absent is None:
            unknown.append(pattern)
            continue
        absent = absent | ({"project": "nothing"} if "project" in absent else {})
        for person in people.ids:
            if "/moves/" in pattern and person not in FEW:
                continue
            for method in METHODS if person in ("nobody", "owner") and "/moves/" not in pattern else ASKED:
                seen = ask(people.browser(person), method, address(pattern, real))
                other = ask(people.browser(person), method, address(pattern, absent)) if filled else None
                asked.append({"route": pattern, "name": name, "as": person, "method": method, "real": seen,
                              "absent": other})  # fmt: skip
    return {"asked": asked, "unknown": unknown, "broken": broken(people)}


def replace_files(house: Any) -> Any:
    """A report with a file, whose place the walk asks for."""
    from tests.desk import story

    attached = story.file(house)
    object.__setattr__(house, "blob", attached.blob)
    return __import__("msgspec").structs.replace(story.PLPERL, attachments=(attached,))


def broken(people: People) -> list[dict[str, Any]]:
    """Errors of every kind: refused forms, too much, unavailable, and a fault of ours."""
    from django.test import Client

    from tocsin.services.ports.store import Unavailable

    told = []
    strict = Client(raise_request_exception=False, SERVER_NAME="localhost", enforce_csrf_checks=True)
    told.append({"what": "forged form", **ask(strict, "POST", "/sign-out")})
    told.append({"what": "foreign host", **said(Client(SERVER_NAME="elsewhere.example").get("/inbox"))})
    big = people.browser("owner").post("/policy/warehousepg/edit", {"text": "x" * 5_000_000})
    told.append({"what": "too large", **said(big)})
    known = people.house.desk.people

    for what, error in (("unavailable", Unavailable("busy")), ("fault", RuntimeError("a fault"))):
        browser = people.browser("owner")
        stamp = known.stamp
        known.stamp = lambda _, error=error: (_ for _ in ()).throw(error)
        told.append({"what": what, **ask(browser, "GET", "/inbox")})
        known.stamp = stamp
    return told


def front(house: Any) -> dict[str, Any]:
    """Ask everything of the front, where everybody is nobody."""
    from django.test import Client

    from tests.desk import story

    story.report(house)
    asked, unknown = [], []
    for pattern, name, filled in routes():
        given = fill_front(filled)
        if given is None:
            unknown.append(pattern)
            continue
        for method in METHODS:
            browser = Client(raise_request_exception=False, SERVER_NAME="localhost")
            seen = ask(browser, method, address(pattern, given))
            asked.append({"route": pattern, "name": name, "as": "nobody", "method": method, "real": seen,
                          "absent": None})  # fmt: skip
    stranger = Client(raise_request_exception=False, SERVER_NAME="localhost")
    told = [{"what": "nothing here", **ask(stranger, "GET", "/nothing/here")}]
    return {"asked": asked, "unknown": unknown, "broken": told}


def fill_front(names: list[str]) -> dict[str, str] | None:
    """What stands in an address of the front; everything that is looked up there may be looked up by anybody."""
    from tests.desk import story

    return {name: story.PROJECT if name == "project" else "1" for name in names}


def main() -> None:
    """Ask, and print."""
    role, home, share = sys.argv[1], Path(sys.argv[2]), int((*sys.argv, "1")[3])
    house = prepare(role, home)
    sys.stdout.write(json.dumps(desk(house, share) if role == "desk" else front(house)))


if __name__ == "__main__":
    main()
