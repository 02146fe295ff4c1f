# SPDX-License-Identifier: Apache-2.0
"""What a server's answers mean: kept, broken with the rows that say so, or not asked and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from tocsin.core.hardening.checks import Check, Topic, Weight
from tocsin.core.hardening.required import Absent, Setting
from tocsin.core.vocabulary import Value


class Verdict(StrEnum):
    """What one check found."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_ASKED = "not asked"


class Server(Value):
    """A live server, as far as it was asked. `number` is PostgreSQL's version number; `settings` and `extensions` map
    names to values and versions."""

    version: str
    number: int
    database: str = ""
    settings: Mapping[str, str] = msgspec.field(default_factory=dict)
    extensions: Mapping[str, str] = msgspec.field(default_factory=dict)


class Rows(Value):
    """The answer to one check: its rows, or why it could not be asked."""

    rows: tuple[str, ...] = ()
    refused: str = ""


class Result(Value):
    """One line of the report. `source` is a document or the advisory that asks for it."""

    id: str
    title: str
    topic: Topic
    weight: Weight
    verdict: Verdict
    found: tuple[str, ...] = ()
    why: str = ""
    remedy: str = ""
    source: str = ""


class Report(Value):
    """What a server was asked and what it answered. `posture` is the project's own statement, where one is known."""

    server: str
    results: tuple[Result, ...]
    posture: str = ""

    @property
    def broken(self) -> tuple[Result, ...]:
        """The checks that are not kept."""
        return tuple(each for each in self.results if each.verdict is Verdict.BROKEN)


def judge(check: Check, rows: Rows) -> Result:
    """One check's line."""
    verdict = Verdict.NOT_ASKED if rows.refused else Verdict.BROKEN if rows.rows else Verdict.KEPT
    return Result(
        id=check.id,
        title=check.title,
        topic=check.topic,
        weight=check.weight,
        verdict=verdict,
        found=(rows.refused,) if rows.refused else rows.rows,
        why=check.why if verdict is Verdict.BROKEN else "",
        remedy=check.remedy if verdict is Verdict.BROKEN else "",
        source=check.source,
    )


def compare(asked: Iterable[Setting | Absent], server: Server, source: str) -> tuple[Result, ...]:
    """What an advisory or a policy asks for beside what the server has."""
    return tuple(_compared(each, server, source) for each in asked)


def _compared(each: Setting | Absent, server: Server, source: str) -> Result:
    if isinstance(each, Absent):
        installed = server.extensions.get(each.name)
        broken = (f"{each.name} {installed} is installed in {server.database or 'this database'}",) if installed else ()
        return _line(f"extension {each.name} is not installed", broken, f"DROP EXTENSION {each.name};", source)
    actual = server.settings.get(each.name)
    title = f"{each.name} = {each.value}"
    if actual is None:
        return _line(title, (), "", source, refused=f"the server has no setting {each.name}")
    broken = () if each.holds(actual) else (f"{each.name} is {actual or 'empty'}",)
    return _line(title, broken, f"ALTER SYSTEM SET {each.name} = '{each.value}'; SELECT pg_reload_conf();", source)


def _line(title: str, broken: tuple[str, ...], remedy: str, source: str, refused: str = "") -> Result:
    verdict = Verdict.NOT_ASKED if refused else Verdict.BROKEN if broken else Verdict.KEPT
    return Result(
        id="required",
        title=title,
        topic=Topic.SETTINGS,
        weight=Weight.ERROR,
        verdict=verdict,
        found=(refused,) if refused else broken,
        why=f"{source} asks for it" if broken else "",
        remedy=remedy if broken else "",
        source=source,
    )


def report(server: Server, answers: Mapping[Check, Rows], more: Iterable[Result] = (), posture: str = "") -> Report:
    """All lines: what was asked for by name first, then the checks by topic."""
    found = [judge(check, rows) for check, rows in answers.items()]
    return Report(server=server.version, results=(*more, *found), posture=posture)
