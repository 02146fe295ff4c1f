# SPDX-License-Identifier: Apache-2.0
"""The board of a case for people: a row for each line, why git says so, what waits for a person, and what follows."""

from __future__ import annotations

import msgspec

from tocsin.core.advisory.assemble import ranged
from tocsin.core.case.model import Reproduction
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import Policy
from tocsin.core.versions import scheme, sentence
from tocsin.core.vocabulary import Affectedness
from tocsin.services import branches
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import words


class DoubtView(msgspec.Struct, frozen=True):
    """A weak match: is this commit the same change as that one?"""

    commit: str
    of: str
    says: str


class RowView(msgspec.Struct, frozen=True):
    """One line. `mark` is `✓` for settled, `!` for what is needed, `?` for what a person has to look at."""

    line: str
    mark: str
    state: str
    support: str
    since: str
    fixed_in: str
    commit: str
    next_release: str
    tested: str
    why: tuple[str, ...]
    doubts: tuple[DoubtView, ...]


class SeenView(msgspec.Struct, frozen=True):
    """Who tried the reproducer on which version, and what they saw."""

    version: str
    seen: str
    by: str
    at: str
    configuration: str
    note: str


class BoardView(msgspec.Struct, frozen=True):
    """The board. `repository` is where the mirror comes from, `trouble` why its last fetch failed."""

    rows: tuple[RowView, ...]
    settled: int
    supported: int
    sentence: str
    pending: tuple[str, ...]
    repository: str
    trouble: str
    reproductions: tuple[SeenView, ...]


def board(desk: Desk, opened: Opened) -> BoardView:
    """Build the board of a case; asks nobody, shows what the case holds."""
    case, policy = opened.case, opened.policy
    rows = tuple(_row(policy, line) for line in case.lines)
    supported = [line for line in case.lines if line.supported]
    source = desk.mirrors.source(case.project)
    return BoardView(
        rows=rows,
        settled=sum(_settled(line) for line in supported),
        supported=len(supported),
        sentence=sentence(scheme(policy.versions.scheme if policy.versions else "generic"), ranged(case)),
        pending=branches.pending(case),
        repository=source.url if source else "",
        trouble=desk.mirrors.trouble(case.project),
        reproductions=tuple(map(_seen, case.reproductions)),
    )


def _seen(record: Reproduction) -> SeenView:
    return SeenView(
        version=record.version, seen="yes" if record.reproduced else "no", by=record.by_name or record.by,
        at=words.instant(record.at), configuration=record.configuration, note=record.note,
    )  # fmt: skip


def _settled(line: LineFact) -> bool:
    return bool(line.fixed_in or line.waiver or line.state is Affectedness.NOT_AFFECTED)


def _row(policy: Policy, line: LineFact) -> RowView:
    due = branches.next_release(policy, line)
    said = tuple(each.says for each in line.evidence if each.strong)
    waived = (f"waived by {line.waived_by}: {line.waiver}",) if line.waiver else ()
    doubts = tuple(
        DoubtView(commit=each.commit, of=each.of, says=each.says)
        for each in line.evidence
        if not each.strong and each.commit and each.of
    )
    return RowView(
        line=line.line,
        mark="✓" if _settled(line) else "?" if line.state is Affectedness.REVIEW else "!",
        state=line.state.value,
        support=support(line),
        since=line.introduced,
        fixed_in=line.fixed_in,
        commit=line.commit,
        next_release=f"{due:%Y-%m-%d}" if due else "",
        tested=_tested(line),
        why=(*waived, *((line.reason,) if line.reason else ()), *said),
        doubts=doubts,
    )


def support(line: LineFact) -> str:
    """`supported`, `ended`, or `development` for a trunk, which is no line of releases."""
    if line.supported:
        return "supported"
    return "ended" if any(letter.isdigit() for letter in line.line) else "development"


def _tested(line: LineFact) -> str:
    if not line.tests:
        return "on a person's word" if line.tested else ""
    last = line.tests[-1]
    return f"{'proven' if last.passed else 'failed'} {last.at:%Y-%m-%d} on {last.commit[:12]}"
