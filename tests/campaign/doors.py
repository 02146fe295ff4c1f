# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.campaign.doors ROLE HOME COUNT SEED [--broken]`: throws hostile inputs at the doors of a listener.

Settings, addresses and middleware are the product's own; what stands behind the ports is a house in memory. Prints one
JSON document that `test_hostile` judges: answers by door, what an input cost, and reports that were acknowledged and
are not kept as they were sent. A process of its own, so that its end, its memory and its time are its own.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.campaign import hostile

PROJECT = "warehousepg"
SENT = ("title", "reproduce", "version", "effects", "attack_surface", "dependencies")
ALL = (
    *SENT,
    "name",
    "affiliation",
    "contact",
    "credit_as",
    "tool_use",
    "disclosure_plans",
    "kind",
    "credit",
    "project",
)


@dataclass
class Told:
    """What came of it."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)


@dataclass
class Sent:
    """An acknowledged report as it was sent: its fields as text, its files' bytes."""

    fields: dict[str, str]
    files: list[bytes]


class Thrower:
    """Throws, and notes."""

    def __init__(self, house: Any, chance: Random) -> None:
        from django.test import Client

        self.house, self.chance, self.told = house, chance, Told()
        self.kept: dict[str, Sent] = {}
        self.client = Client(raise_request_exception=False, SERVER_NAME="localhost")

    def throw(self, door: str, act: Callable[[], Any]) -> Any:
        """One input: the answer, and the processor's time it took."""
        from django.core.cache import cache

        cache.clear()
        before = time.process_time()
        answer = act()
        took = time.process_time() - before
        status = getattr(answer, "status_code", 0)
        self.told.answers[f"{door} {status}"] += 1
        if status >= 500:
            self.told.faults.append(f"{door} {status}")
        self.told.slowest = max(self.told.slowest, (took, door))
        return answer

    def post(self, door: str, place: str, body: bytes, kind: str, **more: Any) -> Any:
        """Post a body as it is."""
        return self.throw(door, lambda: self.client.generic("POST", place, body, content_type=kind, **more))

    def acknowledged(self, ref: str, sent: Sent) -> None:
        """Remember what was sent."""
        self.told.acknowledged += 1
        self.kept[ref] = sent

    def compare(self) -> None:
        """Open every case that was acknowledged, and look for what was sent."""
        from tocsin.core.vocabulary import SYSTEM_ACTOR
        from tocsin.services import cases

        for ref, sent in self.kept.items():
            opened = cases.open_case(self.house.desk, ref, SYSTEM_ACTOR, "test")
            if opened is None:
                self.told.lost.append(f"{ref}: the case")
                continue
            report = opened.case.report
            odd = [name for name, words in sent.fields.items() if getattr(report, name) != words]
            files = [b"".join(self.house.desk.blobs.open(each.blob, each.key)) for each in report.attachments]
            odd += ["files"] if files != sent.files else []
            self.told.lost += [f"{ref}: {name}" for name in odd]


def _fields(chance: Random) -> dict[str, bytes]:
    typed = {"title": hostile.raw(chance, hostile.title(chance)), "version": hostile.raw(chance, hostile.title(chance))}
    typed["reproduce"] = hostile.raw(chance, hostile.text(chance) or "x")
    for name in chance.sample(("effects", "attack_surface", "dependencies"), chance.randrange(3)):
        typed[name] = hostile.raw(chance, hostile.text(chance))
    if chance.random() < 0.7:
        typed["title"] = typed["title"][:250] + b" t"
        typed["version"] += b" v"
    return typed


def report_form(t: Thrower) -> None:
    """The report form, with files half of the time, torn one time in four."""
    from tests.rooms import walk

    typed = _fields(t.chance)
    given = t.client.get(f"/p/{PROJECT}/report")
    token = walk.page(given).fields["form"][0]
    files = [hostile.file(t.chance) for _ in range(t.chance.choice((0, 0, 1, 2, 3)))]
    rest = {name: hostile.raw(t.chance, hostile.title(t.chance)) for name in ("name", "plans", "reach", "answers-x")}
    fields = [("form", token.encode()), *typed.items(), *rest.items(), ("do", b"send")]
    body, kind = hostile.form(t.chance, fields, files)
    torn = t.chance.random() < 0.25
    if torn:
        body, kind = hostile.torn_form(t.chance, body, kind)
    before = set(t.house.store._tables.heads)
    answer = t.post("torn form" if torn else "form with files" if files else "form", f"/p/{PROJECT}/report", body, kind)
    made = set(t.house.store._tables.heads) - before
    if answer.status_code == 200 and made and not torn:
        # A form sends every end of a line as CR LF, which nobody types.
        texts = {name: words.decode("utf-8", "replace").replace("\r\n", "\n") for name, words in typed.items()}
        t.acknowledged(made.pop(), Sent(texts, [content for _, _, content in files]))


def api_report(t: Thrower) -> None:
    """A report as a program hands it in."""
    good = {name: f"{name} {hostile.title(t.chance)}"[:250] for name in SENT} | {"project": PROJECT}
    body = hostile.document(t.chance, good)
    headers = {"HTTP_IDEMPOTENCY_KEY": hostile.title(t.chance)} if t.chance.random() < 0.2 else {}
    kind = t.chance.choice(("application/json",) * 6 + ("text/json", "multipart/form-data; boundary=x", "é"))
    headers = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in headers.items()}
    answer = t.post("API", "/api/v1/reports", body, kind, **headers)
    if answer.status_code == 201:
        sent = json.loads(body.decode("utf-8-sig"))
        texts = {name: sent[name] for name in SENT if name in sent}
        t.acknowledged(answer.json()["case"], Sent(texts, []))


def return_page(t: Thrower) -> None:
    """Phrases that are none."""
    body, kind = hostile.form(t.chance, [("phrase", hostile.raw(t.chance, hostile.text(t.chance)[:5000]))], [])
    t.post("return page", f"/p/{PROJECT}/return", body, kind)


def room_words(t: Thrower) -> None:
    """Words and files in a room that somebody has."""
    from tests.rooms import walk

    if not hasattr(t, "room"):
        t.room = walk.phrase(walk.send(t.client))  # type: ignore[attr-defined]
        walk.come_back(t.client, t.room)  # type: ignore[attr-defined]
    files = [hostile.file(t.chance) for _ in range(t.chance.randrange(2))]
    fields = [
        ("text", hostile.raw(t.chance, hostile.text(t.chance))),
        ("do", hostile.raw(t.chance, hostile.title(t.chance))),
    ]
    body, kind = hostile.form(t.chance, fields, files)
    place = t.chance.choice(("message", "act", "message"))
    t.post(f"room {place}", f"/p/{PROJECT}/room/{place}", body, kind)


def lookups(t: Thrower) -> None:
    """What is asked of what is published: versions, packages, bills of materials."""
    good: dict[str, object] = {
        "version": "1",
        "package": {"name": "a", "ecosystem": "b", "purl": "pkg:a/b"},
        "commit": "a",
        "page_token": "x",
    }
    place = t.chance.choice(("/v1/query", "/v1/querybatch", f"/api/v1/projects/{PROJECT}/forge"))
    if t.chance.random() < 0.6:
        t.post(place.rsplit("/", 1)[-1], place, hostile.document(t.chance, good), "application/json")
        return
    fields = [("version", hostile.raw(t.chance, hostile.title(t.chance))), ("bill", hostile.document(t.chance, good))]
    body, kind = hostile.form(t.chance, fields, [hostile.file(t.chance)])
    t.post("affected", f"/p/{PROJECT}/affected", body, kind)


def guests(t: Thrower) -> None:
    """Subscriptions and applications."""
    place = t.chance.choice(
        ("subscribe", "subscribe/confirm", "subscribe/leave", "updated", "distributors", "distributors/confirm")
    )
    names = ("email", "address", "token", "advisory", "name", "organization", "key", "terms", "why", "contact")
    fields = [(name, hostile.raw(t.chance, hostile.title(t.chance))) for name in names]
    body, kind = hostile.form(t.chance, fields, [hostile.file(t.chance)] if t.chance.random() < 0.2 else [])
    t.post(place, f"/p/{PROJECT}/{place}", body, kind)


def addresses(t: Thrower) -> None:
    """Addresses and headers that nobody links to."""
    from urllib.parse import quote

    words = quote(hostile.raw(t.chance, hostile.title(t.chance)), safe=t.chance.choice(("", "/")))
    place = t.chance.choice(("/{}", "/p/{}/", f"/p/{PROJECT}/advisories/{{}}", "/csaf/{}", "/osv/{}", "/v1/vulns/{}",
                             "/.well-known/csaf/{}", f"/p/{PROJECT}/badge.{{}}", f"/p/{PROJECT}/affected?version={{}}",
                             f"/p/{PROJECT}/advisories/?q={{}}&page={{}}", "/.well-known/tocsin-log/inclusion?leaf={}",
                             "/.well-known/openpgpkey/hu/{}?l={}", "/static/{}", "/api/v1/advisories/{}"))  # fmt: skip
    head = {"HTTP_ACCEPT_LANGUAGE": hostile.title(t.chance).encode("latin-1", "replace").decode("latin-1"),
            "HTTP_COOKIE": hostile.title(t.chance).encode("latin-1", "replace").decode("latin-1"),
            "HTTP_IF_NONE_MATCH": "x" * 999, "HTTP_IF_MODIFIED_SINCE": "Thu, 99 Foo"}  # fmt: skip
    from django.test import Client

    other = Client(raise_request_exception=False, SERVER_NAME="localhost")
    t.throw("address", lambda: other.get(place.replace("{}", words), **head))


def desk_forms(t: Thrower) -> None:
    """Every form of the desk, by somebody who may use them, with fields that say anything."""
    place = t.chance.choice(t.forms)  # type: ignore[attr-defined]
    names = (
        "text",
        "reason",
        "title",
        "seen",
        "digest",
        "vector",
        "person",
        "email",
        "name",
        "audience",
        "effect",
        "line",
        "version",
        "when",
        "ends_at",
        "reference",
        "query",
        "confirm",
        "ref",
        "until",
        "kind",
        "url",
    )
    fields = [(name, hostile.raw(t.chance, hostile.title(t.chance))) for name in t.chance.sample(names, 12)]
    body, kind = hostile.form(t.chance, fields, [])
    if t.chance.random() < 0.2:
        body, kind = hostile.torn_form(t.chance, body, kind)
    t.house.clock.advance(timedelta(seconds=1))
    t.post("desk form", place, body, kind)


def desk_api(t: Thrower) -> None:
    """Every move of the API, by somebody who may make them."""
    place = t.chance.choice(t.moves)  # type: ignore[attr-defined]
    good: dict[str, object] = dict.fromkeys(
        ("text", "reason", "audience", "vector", "title", "digest", "ends_at", "answer"), "x"
    )
    t.post("desk API", place, hostile.document(t.chance, good), "application/json")


def desk_pages(t: Thrower) -> None:
    """Pages of the desk asked with queries that say anything, and cases whose words mean harm."""
    from urllib.parse import quote

    words = quote(hostile.raw(t.chance, hostile.title(t.chance)), safe="")
    place = t.chance.choice(t.pages)  # type: ignore[attr-defined]
    t.throw("desk page", lambda: t.client.get(f"{place}?q={words}&page={words}&sort={words}&show={words}"))


FRONT = (report_form, report_form, api_report, return_page, room_words, lookups, guests, addresses)
DESK = (desk_forms, desk_api, desk_pages)


def furnish(t: Thrower) -> None:
    """Cases whose reports mean harm, and an owner at the desk; what addresses there are."""
    from tests.access import site
    from tests.desk import story
    from tocsin.core.intake import Report

    refs = []
    for words in ("\x1b[2J<script>alert(1)</script>\u202e", "=cmd|' /C calc'!A0 {{7*7}}"):
        given = Report(title=words, reproduce=words * 50, version=words, effects=words)
        refs.append(story.report(t.house, given))
    people = site.People(t.house)
    t.client = people.browser("owner")
    object.__setattr__(t.house, "blob", "blb_1")
    every = [(pattern, site.fill(filled, t.chance.choice(refs), "blb_1")) for pattern, _, filled in site.routes()]
    known = [(pattern, site.address(pattern, given)) for pattern, given in every if given is not None]
    ends = ("sign-out", "/end", "panic", "session", "token", "account/")
    usable = [place for pattern, place in known if not any(word in pattern for word in ends) and "^" not in place]
    taken = [place for place in usable if t.client.options(place).status_code != 404]
    t.moves = [each for each in taken if "/moves/" in each or each.startswith("/api/")]  # type: ignore[attr-defined]
    pages = [each for each in taken if not each.startswith("/api/")]
    t.pages = [each for each in pages if t.client.get(each).status_code == 200]  # type: ignore[attr-defined]
    t.forms = [each for each in pages if t.client.post(each).status_code != 405]  # type: ignore[attr-defined]


def sabotage() -> None:
    """A build that is broken on purpose: it forgets what is odd about a text, and falls over one byte."""
    from tocsin.core.intake import Report
    from tocsin.services import intake

    take = intake.receive

    def forgetful(front: Any, project: Any, report: Report, *more: Any, **and_more: Any) -> Any:
        import msgspec

        if "\x1b" in report.reproduce:
            raise ZeroDivisionError
        return take(
            front, project, msgspec.structs.replace(report, reproduce=report.reproduce.strip()), *more, **and_more
        )

    intake.receive = forgetful


def main(role: str, home: Path, count: int, seed: int, *more: str) -> None:
    """Throw, compare, print."""
    import logging

    from tests.access import site

    house = site.prepare(role, home)
    logging.disable(logging.CRITICAL)
    if "--broken" in more:
        sabotage()
    doors: Sequence[Callable[[Thrower], None]] = FRONT if role == "front" else DESK
    t = Thrower(house, Random(seed))
    if role == "desk":
        furnish(t)
    for number in range(count):
        doors[number % len(doors)](t)
    t.compare()
    told = t.told
    sys.stdout.write(
        json.dumps(
            {
                "answers": told.answers,
                "faults": told.faults,
                "slowest": told.slowest,
                "lost": told.lost,
                "acknowledged": told.acknowledged,
                "MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
