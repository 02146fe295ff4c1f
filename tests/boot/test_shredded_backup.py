# SPDX-License-Identifier: Apache-2.0
"""From shredding a case to an old backup restored: the shredded case stays closed, and everything else opens.

On a real installation with its own commands. What is older than thirty days has lost its wrapped keys; restored with
those of a later backup, it is whole but for what was shredded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.boot.test_backup import Done, Place, good, shares, tocsin
from tests.support import ROOT
from tocsin.boot import backup

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backup")]

CLOSE = """
import sys
from tests.desk.story import REASON
from tocsin.boot.main import open_desk
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience, Refused, RejectionClass
from tocsin.services import cases
desk = open_desk()
people = [one.id for one, _ in desk.people.members("warehousepg")]
actor = desk.people.actor(people[0], "warehousepg")
answer = cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="Look.", workarounds="None.")
look = cmd.Investigate(effect="None.", criticality="None.", affected_versions="7.3", cwe=("CWE-15",), reproduced=True)
end = cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=REASON)
for move in (answer, look, end, cmd.Close(outcome="rejected")):
    done = cases.handle(desk, sys.argv[1], move, actor)
    assert not isinstance(done, Refused), done
"""
WORK = """
from tocsin.boot.main import open_desk
from tocsin.services import worker
desk = open_desk()
while not worker.run_once(desk).idle:
    pass
"""
LATER = """
from datetime import timedelta
from tocsin.boot import backup, config
from tocsin.boot.main import open_desk
print(backup.prune(config.load(), open_desk().now() + timedelta(days=31)))
"""


def run(home: Path, code: str, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TOCSIN_CONFIG": str(home / "tocsin.toml")}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, cwd=ROOT
    )
    return good(Done(done.returncode, done.stdout, done.stderr))


def as_person(person: str, home: Path, *words: str) -> Done:
    os.environ["TOCSIN_AS"] = person
    try:
        return tocsin(home, *words)
    finally:
        del os.environ["TOCSIN_AS"]


def opens(home: Path, ref: str) -> bool:
    """Whether Dana reads the case; anything but its title or *not found* is a mistake of this test."""
    seen = as_person("dana@example.org", home, "case", "view", ref)
    assert ("Problem number" in seen.out) is (seen.code == 0), seen
    assert seen.code == 0 or (seen.err.strip() and "Traceback" not in seen.err and "--as" not in seen.err), seen
    return seen.code == 0


def shredded(home: Path, ref: str) -> None:
    """Dana asks, Li agrees to exactly that, the worker does it."""
    good(tocsin(home, "people", "add", "Li", "li@example.org", "--role", "warehousepg:owner"))
    run(home, CLOSE, ref)
    asked = as_person("dana@example.org", home, "case", "shred", ref, "--reason", "The reporter asked us to erase it.")
    assert "takes two people" in asked.err, asked
    digest = good(as_person("li@example.org", home, "case", "approve", ref)).split()[0]
    good(as_person("li@example.org", home, "case", "approve", ref, "--digest", digest))
    run(home, WORK)


def test_a_shredded_case_stays_closed_when_an_old_backup_is_restored(tmp_path: Path) -> None:
    home = tmp_path / "instance"
    place = Place(home, tmp_path / "shares")
    policy = "examples/policies/warehousepg.toml"
    good(tocsin(home, "init", "--dir", str(home), "--policy", policy, "--admin", "Dana <dana@example.org>"))
    good(tocsin(home, "benchmarks.instance", "3"))
    good(tocsin(home, "recovery", "make", "--out", str(place.shares)))
    good(tocsin(home, "backup"))
    old = tmp_path / place.newest.name
    shutil.copytree(place.newest, old)
    listed = good(tocsin(home, "inbox"))
    ref, *others = sorted({word for word in listed.split() if word.startswith("WHPG-2026-")})
    shredded(home, ref)
    assert not opens(home, ref)
    assert all(opens(home, other) for other in others)

    control = tmp_path / "control"
    good(tocsin(control, "restore", str(old), "--dir", str(control), *shares(place, 1, 2)))
    assert opens(control, ref), "control: with its own keys, before they go, it would open"

    good(tocsin(home, "backup"))
    fresh = tmp_path / "fresh" / place.newest.name
    shutil.copytree(place.newest, fresh)
    assert int(run(home, LATER)) >= 1
    aged = min((home / "data" / "backups").glob("2*"))
    assert not (aged / backup.KEYS).exists(), "after thirty days the old backup has lost its wrapped keys"

    shutil.copy(fresh / backup.KEYS, aged / backup.KEYS)
    there = tmp_path / "there"
    good(tocsin(there, "restore", str(aged), "--dir", str(there), *shares(place, 2, 3)))
    assert not opens(there, ref)
    assert all(opens(there, other) for other in others)
