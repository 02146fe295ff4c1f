# SPDX-License-Identifier: Apache-2.0
"""The board of a case: what git says of its fix on every line becomes the case's table of lines, from which every
published range is made; and the watch that does so again whenever a ref moves.

A person asks first, and confirms what is weak. From then on the worker looks after each fetch: a tag that holds the fix
turns its line green by itself, because that is no judgement. After publication nothing goes out by itself either: the
case then has an update to publish, which differs from what is published in ranges and fixed versions only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

from msgspec.structs import replace

from tocsin.core.backports import cadence, update
from tocsin.core.backports.equivalents import Confirmed
from tocsin.core.backports.facts import LineFacts
from tocsin.core.backports.releases import Line, home
from tocsin.core.case import commands as cmd
from tocsin.core.case import reproducing
from tocsin.core.case.events import Asked
from tocsin.core.case.model import Case
from tocsin.core.policy.clauses.supported_versions import lines_for_new_case
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import Policy, SupportLevel
from tocsin.core.versions import scheme
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, CaseRef, ProjectId, Refused, Value
from tocsin.services import cases, credentials
from tocsin.services.app import Desk
from tocsin.services.gitfacts import Ask, Reading, Told
from tocsin.services.ports.git import GitFailed, Repository
from tocsin.services.ports.store import InboxQuery

PAGE: Final = 200
_log = logging.getLogger("tocsin.branches")


def facts(desk: Desk, case: Case, asked: Asked, repository: Repository | None = None) -> Told | Refused:
    """Ask the project's mirror (or a repository at hand) about a case's fix."""
    source = desk.mirrors.source(case.project)
    found = repository or desk.mirrors.open(case.project)
    if found is None:
        trouble = desk.mirrors.trouble(case.project)
        because = "The project's repository has not been fetched yet." if source else "The project names no repository."
        told = (trouble,) if trouble else ("repository",)
        return Refused(code="no-repository", because=because, rule="repository", missing=told)
    if not asked.fix:
        return Refused(code="no-fix", because="Say which commits are the fix.", rule="lines", missing=("fix",))
    try:
        return Reading(found).facts(
            Ask(
                fix=asked.fix, introduced=asked.introduced, lines=source.lines if source else "",
                scheme=source.scheme if source else "", confirmed=tuple(_pairs(asked)),
            )
        )  # fmt: skip
    except GitFailed as error:
        seen = (error.command,) if error.command else ()
        return Refused(code="git", because=f"Git cannot say: {error.because}.", rule="repository", missing=seen)


def _pairs(asked: Asked) -> Iterator[Confirmed]:
    for pairs, same in ((asked.same, True), (asked.other, False)):
        for commit, of, by in pairs:
            yield Confirmed(commit=commit, of=of, same=same, by=by)
            yield Confirmed(commit=of, of=commit, same=same, by=by)


def command(
    desk: Desk, case: Case, policy: Policy, asked: Asked, repository: Repository | None = None
) -> cmd.SetLines | Refused:
    """The table of lines as git sees it, ready for the one door."""
    told = facts(desk, case, asked, repository)
    if isinstance(told, Refused):
        return told
    source = repository or desk.mirrors.open(case.project)
    full = source.resolve if source else str  # what is short today may be ambiguous tomorrow
    asked = replace(asked, fix=tuple(map(full, asked.fix)), introduced=tuple(map(full, asked.introduced)))
    return cmd.SetLines(lines=lines(desk, case, policy, told.lines, repository), asked=asked)


def lines(
    desk: Desk, case: Case, policy: Policy, found: tuple[LineFacts, ...], repository: Repository | None = None
) -> tuple[LineFact, ...]:
    """Join git's answer with what people said, with each line's support and its last release."""
    on = desk.now().date()
    stated = policy.versions.line if policy.versions else ()
    listed = policy.versions.supported.branches if policy.versions and policy.versions.supported else ()
    ended = {
        line.name for line in stated if line.support is SupportLevel.END_OF_LIFE or (line.until and line.until < on)
    }
    named = [line.name for line in stated if line.name not in ended] or list(listed)
    open_ = {line.line for line in case.lines if line.supported}  # a line past its end stays on open cases (S4)
    order = scheme(policy.versions.scheme if policy.versions else "generic")
    rows = update.table(found, case.lines, order, named)
    known = {each.line: each for each in found} | {each.version: each for each in found if each.version}
    source = repository or desk.mirrors.open(case.project)
    dates = _last_releases(source, desk, case.project) if source else {}
    settled = tuple(
        replace(
            row,
            supported=row.supported and (row.line not in ended or row.line in open_),
            last_release_at=dates.get(known[row.line].line) if row.line in known else row.last_release_at,
        )
        for row in rows
    )
    return reproducing.follow(settled, order, case.reproductions)


def _last_releases(repository: Repository, desk: Desk, project: ProjectId) -> dict[str, datetime | None]:
    source = desk.mirrors.source(project)
    board = Reading(repository).board(source.lines if source else "", source.scheme if source else "")
    return {name: cadence.last_release(releases) for name, releases in board.homes.items()}


def confirm(asked: Asked, commit: str, of: str, by: str, same: bool) -> Asked:
    """Add what a person found of a pair; the latest word counts."""
    pair = (commit, of, by)
    keep = [each for each in asked.same if each[:2] != pair[:2]]
    drop = [each for each in asked.other if each[:2] != pair[:2]]
    (keep if same else drop).append(pair)
    return replace(asked, same=tuple(keep), other=tuple(drop))


def pending(case: Case) -> tuple[str, ...]:
    """What an update of the published advisory would say; empty before publication and while they agree."""
    return update.pending(case.published_lines, case.lines) if case.published_at else ()


def watch(desk: Desk) -> int:
    """Fetch every mirror whose time has come; where a ref moved, ask again for each case. Returns lines that changed.

    A repository that fails keeps its last good facts, and holds up no other.
    """
    changed = 0
    for project in desk.projects.all():
        try:
            if desk.mirrors.fetch(project.id, partial(credentials.of, desk, project.id, credentials.REPOSITORY)):
                changed += look_again(desk, project.id)
                desk.mirrors.looked(project.id)
        except GitFailed as error:
            _log.warning("the repository of %s was not fetched: %s", project.id, error)
    return changed


def look_again(desk: Desk, project: ProjectId) -> int:
    """Ask git again for every case of a project that git was asked for; returns how many cases changed."""
    return sum(_look_again(desk, ref) for ref in _cases(desk, project))


def _cases(desk: Desk, project: ProjectId) -> Iterator[CaseRef]:
    after = None
    while rows := desk.inbox.page(InboxQuery(projects=(project,), open=None, after=after, limit=PAGE)):
        yield from (row.case for row in rows)
        after = (rows[-1].next_due, rows[-1].case)


def _look_again(desk: Desk, ref: CaseRef) -> bool:
    opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "branches.watch")
    if opened is None or not opened.case.asked.fix:
        return False
    before = pending(opened.case)
    wanted = command(desk, opened.case, opened.policy, opened.case.asked)
    if isinstance(wanted, Refused) or wanted.lines == opened.case.lines:
        return False
    case = cases.handle(desk, ref, wanted, SYSTEM_ACTOR)
    if isinstance(case, Refused):
        return False
    news = pending(case)
    if news and news != before:
        text = f"An update is ready to be published: {update.summary(news)}"
        cases.handle(desk, ref, cmd.Say(audience=Audience.TEAM, text=text, automatic=True), SYSTEM_ACTOR)
    return True


class LineView(Value):
    """One release line as its tags show it: newest final release, when, and when the next is to be expected."""

    line: str
    newest: str = ""
    released_at: datetime | None = None
    next_at: datetime | None = None
    releases: int = 0


def released(repository: Repository, policy: Policy, pattern: str = "", scheme_name: str = "") -> tuple[LineView, ...]:
    """Release lines of a repository, newest first, without the trunk. Raises GitFailed where it cannot say."""
    board = Reading(repository).board(pattern, scheme_name)
    found = []
    for line in board.lines:
        finals = [each for each in board.homes[line.name] if not each.preview]
        if not line.version or not finals:
            continue
        last = cadence.last_release(finals)
        view = LineView(line=line.version, newest=finals[-1].version, released_at=last, releases=len(finals))
        fact = LineFact(line=line.version, last_release_at=last)
        gap = cadence.usual_gap(finals)
        due = next_release(policy, fact) or (last + timedelta(days=gap) if last and gap else None)
        found.append(replace(view, next_at=due))
    return tuple(found)


def supported(policy: Policy, found: tuple[LineView, ...], on: date) -> tuple[LineView, ...]:
    """The lines among them that the policy supports on a day, by its list or by its rule over what was released."""
    named = {fact.line for fact in lines_for_new_case(policy.versions, on, tuple(each.line for each in found))}
    return tuple(each for each in found if each.line in named)


def next_release(policy: Policy, line: LineFact) -> datetime | None:
    """When the line's next release is expected, by the policy's cadence from its last release."""
    stated = policy.versions.cadence if policy.versions else None
    if stated is None or line.last_release_at is None:
        return None
    return policy.calendar.after(line.last_release_at, stated).astimezone(UTC)


def missed(case: Case, told: Told, tag: str) -> bool:
    """Whether a release lacks a fix that was due in it: it is affected, its line is supported and not waived."""
    if tag not in told.ranges.affected:
        return False
    version = told.ranges.versions[told.ranges.affected.index(tag)]
    line = home([Line(name=each.line, ref="", commit="", version=each.version) for each in told.lines], version)
    held = {each.line: each for each in case.lines}
    fact = next((held[name] for name in (line.name, line.version) if name in held), None) if line else None
    return fact is None or (fact.supported and not fact.waiver)
