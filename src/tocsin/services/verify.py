# SPDX-License-Identifier: Apache-2.0
"""Proves that what is shown follows from what was recorded: replays every journal and compares snapshot and inbox row.

The journal is the case (law 2), and the log remembers the journal: every line, and every look at an embargoed case,
has its leaf, and all leaves stand under the log's checkpoints. A difference is a finding; `repair` writes the derived
things again and never touches journal or log. What does not open is named and left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.case import model
from tocsin.core.case.evolve import replay
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef
from tocsin.services import cases, leaves, logbook, looks, record_marks, sealing
from tocsin.services.app import Desk
from tocsin.services.ports.store import Head, InboxRow
from tocsin.services.ports.vault import CaseKey, Tampered
from tocsin.services.queries.inbox import open_summary
from tocsin.services.worker import REST

BATCH: Final = 500

LOG: Final = "log"
"""Stands for the case where a finding is about the log itself."""

EDITION: Final = "inbox-rows"
"""Name of the fact that says which edition last looked all inbox rows through."""

OTHER_SUMMARY: Final = "the inbox row differs in summary"


class Finding(msgspec.Struct, frozen=True):
    """One thing that does not agree with its journal. `repaired` tells that it was written again."""

    case: CaseRef
    what: str
    repaired: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """What verification saw."""

    cases: int
    entries: int
    findings: tuple[Finding, ...]


def verify(desk: Desk, *, repair: bool = False, passed: Callable[[int], None] = lambda cases: None) -> Verdict:
    """Replay every journal; `passed` is told of each case that was looked at.

    Costs O(all journals): for the command line and a schedule, never for a request.
    """
    remembered = desk.log.count()  # before the journals: what is added meanwhile accuses nobody
    count = entries = told = 0
    findings: list[Finding] = []
    for head in _heads(desk):
        count += 1
        told += _things(desk, head)
        seen, found = _case(desk, head, repair=repair)
        entries += seen
        findings += found
        passed(1)
    if remembered > told:
        what = f"it remembers {remembered - told} things that no journal, look or receipt tells of any more"
        findings.append(Finding(case=LOG, what=what))
    findings += [Finding(case=LOG, what=wrong) for wrong in logbook.audit(desk)]
    return Verdict(cases=count, entries=entries, findings=tuple(findings))


def renew(desk: Desk) -> int:
    """Seal the inbox rows again that an earlier version sealed with other contents; returns how many.

    Only what opens, and differs in nothing besides, is written: whatever else differs is for `verify` to tell.
    """
    renewed = 0
    for head in _heads(desk):
        _, found = _case(desk, head, repair=False)
        if [finding.what for finding in found] == [OTHER_SUMMARY]:
            _, found = _case(desk, head, repair=True)
            renewed += sum(finding.repaired for finding in found)
    return renewed


def shape() -> str:
    """Name what inbox rows consist of here, in clear and sealed, and what they are made from: a field that is added
    makes another name, also between two starts of one version under development."""
    rows = msgspec.json.schema_components([InboxRow, sealing.Summary])
    return sha256(msgspec.json.encode((model.edition(), rows), order="sorted")).hexdigest()[:16]


def renew_once(desk: Desk, edition: str) -> int:
    """`renew`, unless the rows were looked through in this edition already; `edition` is the version, its tables, and
    the shape of its rows. Records are marked as this version does, too.

    Safe to stop: what is noted is that it was done.
    """
    known = desk.machine.facts.get(EDITION)
    if known is not None and known.value == edition:
        return 0
    renewed = renew(desk)
    record_marks.renew(desk)
    desk.machine.facts.note(EDITION, edition, desk.now())
    return renewed


def _heads(desk: Desk) -> Iterator[Head]:
    after = ""
    while page := desk.journal.cases(after=after, limit=BATCH):
        yield from page
        after = page[-1].case


def _case(desk: Desk, head: Head, *, repair: bool) -> tuple[int, list[Finding]]:
    if not head.wrapped_key:  # shredded: what is left of it is for nobody to read
        return head.seq, []
    try:
        key = desk.vault.case_key(head.case, head.wrapped_key, SYSTEM_ACTOR.id, "verify")
        places = sealing.Places(desk.sealer.instance)
        lines = desk.journal.entries(head.case)
        bodies = sealing.open_bodies(places, key, head.case, lines)
        case = replay([ev.decode(body) for body in bodies])
    except Tampered:
        return 0, [Finding(case=head.case, what="a journal line does not open: altered, moved or of another key")]
    except (ValueError, msgspec.DecodeError) as error:
        return 0, [Finding(case=head.case, what=f"the journal does not replay: {type(error).__name__}")]
    if case is None or case.seq != head.seq:
        return len(lines), [Finding(case=head.case, what=f"the journal has {len(lines)} lines, not {head.seq}")]
    found = [*_logged(desk, key, head, bodies), *_looks(desk, key, head)]
    return len(lines), [*found, *_snapshot(desk, key, head), *_row(desk, case, repair=repair)]


def _things(desk: Desk, head: Head) -> int:
    """How many things of a case the log has to remember: its receipt, its journal lines, and the looks at it."""
    seen = 0
    while page := desk.log.looks(head.case, seen, BATCH):
        seen += len(page)
    return 1 + len(desk.journal.entries(head.case)) + seen


def _logged(desk: Desk, key: CaseKey, head: Head, bodies: Sequence[bytes]) -> list[Finding]:
    places = sealing.Places(desk.sealer.instance)
    shown = [leaves.of_entry(places, key, head.case, ev.decode(body), body) for body in bodies]
    wanted = [leaves.commitment(each) for each in shown]
    known = desk.log.standing(wanted)
    return [
        Finding(case=head.case, what=f"the log does not remember journal line {number} as it stands there")
        for number, leaf in enumerate(wanted, 1)
        if leaf not in known
    ]


def _looks(desk: Desk, key: CaseKey, head: Head) -> list[Finding]:
    try:
        wanted = [leaf for _, leaf in looks.of(desk, head.case, key)]
    except (Tampered, msgspec.DecodeError):
        return [Finding(case=head.case, what="a record of a look does not open")]
    missing = len(set(wanted) - desk.log.standing(wanted).keys())
    return [Finding(case=head.case, what=f"the log does not remember {missing} looks")] if missing else []


def _snapshot(desk: Desk, key: CaseKey, head: Head) -> list[Finding]:
    sealed = desk.journal.snapshot(head.case)
    if sealed is None:
        return []
    places = sealing.Places(desk.sealer.instance)
    try:
        kept = sealing.open_snapshot(places, key, head.case, sealed)
    except Tampered:
        return [Finding(case=head.case, what="the snapshot does not open")]
    except msgspec.ValidationError:
        return []
    lines = [line for line in desk.journal.entries(head.case) if line.seq <= sealed.seq]
    if replay(sealing.open_entries(places, key, head.case, lines)) == kept:
        return []
    return [Finding(case=head.case, what=f"the snapshot at {sealed.seq} is not what its journal gives")]


def _row(desk: Desk, case: Case, *, repair: bool) -> list[Finding]:
    places = sealing.Places(desk.sealer.instance)
    policy = desk.projects.policy(case.project, case.policy)
    wanted = cases.inbox_row(desk, places, policy, case)
    row = desk.inbox.row(case.ref)
    difference = "the inbox row is missing" if row is None else _difference(desk, row, wanted)
    if not difference:
        return []
    return [Finding(case=case.ref, what=difference, repaired=repair and bool(desk.inbox.put([wanted])))]


def _difference(desk: Desk, row: InboxRow, wanted: InboxRow) -> str:
    plain = [name for name in InboxRow.__struct_fields__ if name not in ("body", "by_drop", "wake_at")]
    wrong = [name for name in plain if getattr(row, name) != getattr(wanted, name)]
    if row.wake_at != wanted.wake_at and not wanted.wake_at < row.wake_at <= desk.now() + REST:
        wrong.append("wake_at")  # a later one is fine as far as the worker lets a case rest that had nothing to tell
    try:
        if open_summary(desk, row) != open_summary(desk, wanted):
            wrong.append("summary")
    except Tampered:
        return "the inbox row does not open"
    return f"the inbox row differs in {', '.join(wrong)}" if wrong else ""
