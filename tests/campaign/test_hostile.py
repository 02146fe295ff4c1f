# SPDX-License-Identifier: Apache-2.0
"""Hostile input through every door: no process dies, nothing is answered with a fault, time and memory stay bounded,
and what was acknowledged is kept byte for byte."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.campaign import hostile
from tests.mail import post
from tests.support import ROOT, shared
from tocsin.adapters.child.pool import Pool
from tocsin.core.mail.bounds import exceeded
from tocsin.core.mail.message import Message
from tocsin.services.ports.child import Failed
from tocsin.testing.house import house

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

WHOLE = {"front": 4000, "desk": 1500}
"""Inputs with --deep, besides the mails: more than 6,000 together."""

SAMPLE = {"front": 400, "desk": 150}
MAILS, MAIL_SAMPLE, AT_ONCE = 1500, 120, 40
SECONDS = 10.0
"""Of the processor, for one input; what was drawn up to now takes less than a tenth of a second."""

MIB = 1024


def thrown(role: str, home: Path, count: int, *more: str) -> dict[str, Any]:
    """What came of so many inputs; the process has to reach its end."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [sys.executable, "-m", "tests.campaign.doors", role, str(home), str(count), "1", *more]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("role", ["front", "desk"])
def test_hostile_input_at_every_door_is_answered_and_kept(role: str, tmp_path: Path, deep: bool) -> None:
    count = (WHOLE if deep else SAMPLE)[role]
    told = thrown(role, tmp_path, count)
    assert told["faults"] == []
    assert told["lost"] == []
    assert sum(told["answers"].values()) >= count
    assert told["slowest"][0] < SECONDS, told["slowest"]
    assert told["MiB"] < MIB
    if role == "front":
        assert told["acknowledged"] >= count // 10, told["answers"]


def test_control_a_build_that_forgets_and_falls_over_is_caught(tmp_path: Path) -> None:
    told = thrown("front", tmp_path, 160, "--broken")
    assert told["faults"]
    assert any(each.endswith("reproduce") for each in told["lost"])


def spoiled_mails(count: int) -> list[bytes]:
    """Mails out of the torture sets, spoiled, and our own that mean harm."""
    base = shared("standards", "email")
    sets = sorted([*base.glob("*/*.eml"), *base.glob("*/*.msg"), *base.glob("cpython-test_email/msg_*")])
    chance, whole = Random(2), [path.read_bytes() for path in sets]
    return [hostile.mail(chance, whole) for _ in range(count)]


def test_hostile_mails_are_kept_and_become_cases_or_wait(deep: bool) -> None:
    mails = spoiled_mails(MAILS if deep else MAIL_SAMPLE)
    for start in range(0, len(mails), AT_ONCE):
        taken = [raw for raw in mails[start : start + AT_ONCE] if exceeded(raw) is None or len(raw) < 1 << 20]
        kept = kept_of(taken)
        lost = [raw for raw in set(taken) if raw not in kept]
        assert len(lost) <= len(taken) // 10, "only answers in threads keep their words alone"
        assert kept <= set(taken)


def kept_of(mails: list[bytes]) -> set[bytes]:
    """What a fresh house keeps of these mails, byte for byte; few enough that they are not taken for each other's
    answers, of which the words are kept and not the mail."""
    home = house()
    for raw in mails:
        post.arrive(home, raw, sender=None, via="feed")
    while home.desk.outside.arrivals.waiting(1):
        post.work(home)
    left = [each.left for each in post.quarantine(home)]
    kept = {b"".join(home.desk.blobs.open(each.blob, each.key)) for each in left}
    for ref in post.refs(home):
        for entry in post.entries(home, ref):
            kept |= set(_raws(home, entry))
    return kept


def _raws(home: Any, entry: Any) -> list[bytes]:
    report = getattr(entry.event, "report", None)
    letter = report.letter if report else getattr(entry.event, "letter", None)
    raw = letter.raw if letter else None
    return [b"".join(home.desk.blobs.open(raw.blob, raw.key))] if raw else []


def test_hostile_mails_do_not_end_the_child_that_takes_them_apart(deep: bool) -> None:
    pool = Pool("mail", Message, 64 << 20)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    mails = [raw for raw in spoiled_mails(MAILS if deep else MAIL_SAMPLE) if exceeded(raw) is None]
    failed: list[str] = []
    try:
        for raw in mails:
            answer = pool(raw)
            if isinstance(answer, Failed):
                failed.append(answer.because)
    finally:
        pool.close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert failed == []
    assert used < SECONDS * max(60, len(mails) // 10)
