# SPDX-License-Identifier: Apache-2.0
"""A throw-away installation of the real product for benchmarks, filled as far as one needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, Tree, free_ports, process, until
from tocsin.core.case import decide as rules
from tocsin.core.case.commands import SubmitReport
from tocsin.core.intake import Report
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef, Refused
from tocsin.services.app import Desk
from tocsin.services.ports.store import Change, Conflict

PROJECT: Final = "warehousepg"


@dataclass(frozen=True)
class Instance:
    """Where it lies, and where reporters and the desk reach it."""

    home: Path
    front: str
    desk: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this installation is started with."""
        return {"TOCSIN_CONFIG": str(self.home / "tocsin.toml")}


def make(home: Path, more: str = "") -> Instance:
    """Run `tocsin init` with both source policies; `more` is added to the configuration."""
    made = Instance(home, *(f"http://127.0.0.1:{port}" for port in free_ports(2)))
    policies = [f"--policy={ROOT / 'examples' / 'policies' / f'{name}.toml'}" for name in ("community", "warehousepg")]
    _tocsin(
        {}, "init", "--dir", str(home), "--url", made.front, "--desk-url", made.desk,
        "--admin", "Dana <dana@example.org>", *policies,
    )  # fmt: skip
    # A link signs in by itself: what is measured comes after the second factor, and costs the same with and without.
    with (home / "tocsin.toml").open("a", encoding="utf-8") as config:
        config.write(f"\n[accounts]\ntrial = true\n{more}")
    return made


def link(instance: Instance) -> str:
    """A fresh one-time sign-in link of the first owner."""
    return _tocsin(instance.environment, "people", "link", "dana@example.org").strip()


def token(instance: Instance, *scopes: str) -> str:
    """A token of the first owner, good for a day; to read, or for what is named."""
    words = ["token", "new", "--project", PROJECT, "--label", "benchmark", "--days", "1"]
    words += [f"--scope={each}" for each in scopes]
    return _tocsin(instance.environment, *words).strip()


def _tocsin(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "tocsin.boot.main", *words]
    environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


@contextmanager
def served(instance: Instance) -> Iterator[Tree]:
    """Run `tocsin serve`."""
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    with process(command, f"{instance.front}/healthz", instance.environment) as tree:
        until(f"{instance.desk}/", 60)
        yield tree


def fill(instance: Instance, count: int) -> None:
    """Give the installation `count` open cases, through the rules and the same store as every case, and let the worker
    come to rest."""
    subprocess.run(
        [sys.executable, "-m", "benchmarks.instance", str(count)],
        check=True,
        cwd=ROOT,
        env={**os.environ, **instance.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )


def _fill(count: int) -> None:
    from django.db import connection

    from tocsin.boot.main import open_desk
    from tocsin.services import worker

    desk = open_desk()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # this process only: what is filled in need not survive a power cut
    for number in range(count):
        open_one(desk, number)
    while not worker.run_once(desk).idle:
        pass


def open_one(desk: Desk, number: int, report: Report | None = None) -> CaseRef:
    """Open one case, through the rules and the store; without a report, of one that is like all the others."""
    from tocsin.services import cases, leaves, sealing

    info = desk.projects.get(PROJECT)
    assert info
    policy, now = desk.projects.policy(PROJECT, info.policy), desk.now()
    title = f"Problem number {number} in the decoder"
    report = report or Report(title=title, reproduce="Call it and look.", version="7.3.1")
    ref, places = desk.mint.case_ref(info.prefix, now), sealing.Places(desk.sealer.instance)
    context = rules.Context(actor=SYSTEM_ACTOR, now=now, policy=policy)
    command = SubmitReport(case=ref, project=PROJECT, policy=info.policy, report=report)
    decision = rules.decide(None, command, context)
    assert not isinstance(decision, Refused)
    case, entries = rules.record(None, decision, context)
    key, wrapped = desk.sealer.new_case_key(ref)
    written = leaves.write(places, key, ref, entries)
    row = cases.inbox_row(desk, places, policy, case)
    change = Change(
        case=ref,
        project=PROJECT,
        expected=0,
        entries=written.lines,
        leaves=written.leaves,
        row=row,
        wrapped_key=wrapped,
    )
    try:
        desk.journal.commit(change)
    except Conflict:  # the reference was taken: draw another
        return open_one(desk, number, report)
    return ref


if __name__ == "__main__":
    _fill(int(sys.argv[1]))
