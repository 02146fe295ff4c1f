# SPDX-License-Identifier: Apache-2.0
"""The rules themselves: what one command costs to decide and to fold into its case, in memory, from report to close;
and what it costs to open a case whose journal has 10,000 lines, from SQLite, sealed, with and without its snapshot."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import instance
from benchmarks.measure import ROOT, rows

ROUNDS: Final = 300
LINES: Final = 10_000
OPENINGS: Final = 30
COMMAND, OPEN = 50e-6, 0.150
"""Seconds that the median command may take, and that a case of 10,000 lines may take to open."""


def commands() -> dict[str, list[float]]:
    """Play one case from report to close `ROUNDS` times; returns the seconds that each command took."""
    from tocsin.core.case import commands as cmd
    from tocsin.core.case import decide as rules
    from tocsin.core.case import party_commands as pc
    from tocsin.core.case.approval import Member
    from tocsin.core.case.shared import Part
    from tocsin.core.case.tables import RMInput
    from tocsin.core.intake import Report
    from tocsin.core.policy.facts import LineFact
    from tocsin.core.policy.load import load
    from tocsin.core.policy.model import Policy
    from tocsin.core.policy.seeds import seed
    from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, Audience, Refused, Role

    policy = load(seed("warehousepg") or "")
    if not isinstance(policy, Policy):
        raise TypeError(policy)
    dana, li = (
        Actor(kind=ActorKind.PERSON, id=f"usr_{name}", name=name, roles=frozenset({Role.OWNER, Role.MAINTAINER}))
        for name in ("dana", "li")
    )
    finder, vendor = Actor(kind=ActorKind.REPORTER, id="room_1"), Actor(kind=ActorKind.PARTY, id="pty_1")
    people = tuple(Member(id=each.id, name=each.name, roles=each.roles) for each in (dana, li))
    lines = (LineFact(line="7.4", state=Affectedness.FIXED, fixed_in="7.4.2", tested=True),)
    start = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    ends = (start + timedelta(days=10)).replace(hour=15)
    report = Report(title="Out-of-bounds read", reproduce="Call it with a short buffer and look.", version="7.3.1")
    story: list[tuple[Actor, cmd.Command]] = [
        (finder, cmd.SubmitReport(case="WHPG-2026-k7x4m", project="warehousepg", policy=policy.version, report=report)),
        (dana, cmd.Assign(lead=dana.id, lead_name="Dana", lead_roles=("maintainer", "release-manager"))),
        (dana, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None known.")),
        (dana, cmd.Say(audience=Audience.TEAM, text="In the decoder.")),
        (finder, cmd.Hear(text="Any news?")),
        (dana, cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="7.x", cwe=("CWE-125",))),
        (dana, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="It is real."))),
        (dana, cmd.SetScore(vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")),
        (dana, cmd.ProposeEmbargo(proposal="p1", ends_at=ends)),
        (finder, cmd.AcceptEmbargo(proposal="p1")),
        (dana, pc.Invite(party="pty_1", part=Part.VENDOR, name="Example", products=("one", "two"), why="Theirs.")),
        (vendor, pc.Consent(party="pty_1")),
        (dana, cmd.Say(audience=Audience.PARTY, party="pty_1", text="The decoder reads too far.")),
        (vendor, pc.MoveParty(party="pty_1", step=RMInput.ACCEPT)),
        (vendor, pc.SetProduct(party="pty_1", product="one", path="VFd")),
        (dana, cmd.SetLines(lines=lines)),
        (dana, cmd.SetFix(author=dana.id, reference="9f31c02")),
        (li, cmd.ConfirmFix()),
        (dana, cmd.DraftAdvisory(title="Out-of-bounds read", summary="Reads memory.", mitigation="Turn it off.")),
        (dana, cmd.Tick()),
    ]
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        case, now = None, start
        for actor, command in story:
            now += timedelta(minutes=5)
            context = rules.Context(actor=actor, now=now, policy=policy, people=people)
            began = time.perf_counter()
            decision = rules.decide(case, command, context)
            if isinstance(decision, Refused):
                raise TypeError(decision)
            if decision:
                case, _ = rules.record(case, decision, context)
            taken[cmd.name(command)].append(time.perf_counter() - began)
    return taken


def opening() -> None:
    """Give the instance a case of `LINES` lines and print the medians in seconds: open, its page, open by replay."""
    from tocsin.boot.main import open_desk
    from tocsin.core.case import decide as rules
    from tocsin.core.case import events as ev
    from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience
    from tocsin.services import cases, sealing
    from tocsin.services.queries import case as query

    desk = open_desk()
    instance.open_one(desk, 1)
    (head,) = desk.journal.cases()
    (person, _), *_ = desk.people.members(head.project)

    def write(upto: int) -> cases.Opened:
        opened = cases.open_case(desk, head.case, SYSTEM_ACTOR, "benchmark")
        if opened is None:
            raise LookupError(head.case)
        context = rules.Context(actor=SYSTEM_ACTOR, now=desk.now(), policy=opened.policy)
        said = tuple(
            ev.MessageSent(audience=Audience.TEAM, text=f"Note {number}: the length of the header is trusted.")
            for number in range(upto - opened.case.seq)
        )
        case, entries = rules.record(opened.case, said, context)
        desk.journal.commit(cases.change(desk, opened, case, entries))
        return opened

    write(LINES // cases.SNAPSHOT_EVERY * cases.SNAPSHOT_EVERY)
    # The dearest place to stand: as many lines after the snapshot as there ever are.
    write(LINES + cases.SNAPSHOT_EVERY - 1)

    def replayed() -> object:
        places = sealing.Places(desk.sealer.instance)
        opened = cases.open_case(desk, head.case, SYSTEM_ACTOR, "benchmark")
        if opened is None:
            raise LookupError(head.case)
        entries = sealing.open_entries(places, opened.key, head.case, desk.journal.entries(head.case))
        return cases.replay(entries)

    print(
        _median(lambda: cases.open_case(desk, head.case, SYSTEM_ACTOR, "benchmark")),
        _median(lambda: query.view(desk, head.case, person.id)),
        _median(replayed),
    )


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(OPENINGS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def main() -> None:
    """Measure both and compare with the goals."""
    taken = commands()
    every = sorted((median(each), name) for name, each in taken.items())
    rows(("command", "median in µs"), [(name, 1e6 * seconds) for seconds, name in every])
    whole = median([each for found in taken.values() for each in found])
    kept = "ok" if whole <= COMMAND else "MISSED"
    print(f"median of all commands {1e6 * whole:.1f} µs, goal <= {1e6 * COMMAND:g} µs: {kept}")
    with tempfile.TemporaryDirectory() as home:
        made = instance.make(Path(home) / "tocsin")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.protocol", "open"],
            check=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **made.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        )
    found, page, replay = (float(word) for word in done.stdout.split()[:3])
    title = f"a case of {LINES:,} lines, medians in ms"
    body = [
        ("opened", 1000 * found),
        ("its page at the desk", 1000 * page),
        ("the same without a snapshot", 1000 * replay),
    ]
    rows((title, "ms"), body)
    print(f"opened <= {1000 * OPEN:g} ms: {'ok' if found <= OPEN else 'MISSED'}")


if __name__ == "__main__":
    opening() if len(sys.argv) > 1 else main()
