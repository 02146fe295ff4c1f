# SPDX-License-Identifier: Apache-2.0
"""Proves a fix on every line: the reproducer shows the fault without it and no longer with it, and the tests pass.

Each line is built and run in clean checkouts of its own, without the fix (the parent of the line's commit) and with it,
in the sandbox and in parallel. A reproducer ends with 0 when the fault is not there. What was run, where, when and how
it ended is evidence on the line; a line whose run failed is not tested, and the policy's gate holds.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.core.case.model import Case
from tocsin.core.policy.facts import LineFact, LineTest
from tocsin.services.ports.git import Bench, Ended, GitFailed, Repository, Sandbox

TAIL: Final = 4000
"""Characters of a log that stay with the case."""


class Plan(msgspec.Struct, frozen=True):
    """What is run on every line. `files` are copied to `/reproducer`; `machine` names where it ran."""

    reproducer: tuple[str, ...]
    build: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    machine: str = ""

    @property
    def words(self) -> str:
        """The commands as somebody would type them."""
        return " && ".join(shlex.join(each) for each in (self.build, self.reproducer, self.test) if each)


class Proof(msgspec.Struct, frozen=True):
    """How a line fared. `why` says in words what was wrong, "" when the fix is proven."""

    line: str
    test: LineTest
    why: str = ""


def targets(case: Case, only: Sequence[str] = ()) -> tuple[LineFact, ...]:
    """Lines with a fix to prove: those that have its commit."""
    return tuple(line for line in case.lines if line.commit and (not only or line.line in only))


def prove(
    sandbox: Sandbox,
    repository: Repository,
    lines: Sequence[LineFact],
    plan: Plan,
    now: Callable[[], datetime],
    jobs: int,
) -> Iterator[Proof]:
    """Run every line, `jobs` at once; each proof comes as soon as it and those before it are done."""
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        yield from pool.map(lambda line: _line(sandbox, repository, line, plan, now), lines)


def _line(sandbox: Sandbox, repository: Repository, line: LineFact, plan: Plan, now: Callable[[], datetime]) -> Proof:
    log: list[bytes] = []
    seconds = 0.0
    why = ""
    before = after = False
    try:
        for commit, fixed in ((f"{line.commit}^", False), (line.commit, True)):
            with sandbox.bench(repository, commit, plan.files) as bench:
                held, spent, problem = _run(bench, plan, fixed, log)
            seconds += spent
            before, after = (held, after) if not fixed else (before, held)
            why = why or problem
    except GitFailed as error:
        why = error.because
    text = b"".join(log)
    test = LineTest(
        commit=line.commit, command=plan.words,
        before=before, after=after, at=now(), seconds=round(seconds, 1), machine=plan.machine,
        log=text.decode("utf-8", "replace")[-TAIL:], log_sha256=sha256(text).hexdigest(),
    )  # fmt: skip
    return Proof(line=line.line, test=test, why=why)


def _run(bench: Bench, plan: Plan, fixed: bool, log: list[bytes]) -> tuple[bool, float, str]:
    """Build, then reproduce, then (with the fix) test. Returns whether it went as it should, seconds, and why not."""
    seconds = 0.0
    where = "with the fix" if fixed else "without the fix"

    def step(command: Sequence[str]) -> Ended:
        nonlocal seconds
        ended = bench.run(command)
        seconds += ended.seconds
        log.append(f"$ {shlex.join(command)}  [{where}]\n".encode() + ended.log)
        log.append(f"\n[exit {ended.status}{', out of time' if ended.late else ''}]\n".encode())
        return ended

    if plan.build and step(plan.build).status != 0:
        return False, seconds, f"the build failed {where}"
    ended = step(plan.reproducer)
    if ended.late:
        return False, seconds, f"the reproducer took too long {where}"
    if fixed and ended.status != 0:
        return False, seconds, f"the fault is still there: the reproducer ended with {ended.status} with the fix"
    if not fixed and ended.status == 0:
        return False, seconds, "the reproducer does not show the fault without the fix"
    if fixed and plan.test and step(plan.test).status != 0:
        return False, seconds, "the tests failed with the fix"
    return True, seconds, ""


def recorded(case: Case, proofs: Sequence[Proof]) -> tuple[LineFact, ...]:
    """The case's lines with the proofs on them: tested is a line whose latest run proved its fix, and only that."""
    by_line = {proof.line: proof.test for proof in proofs}
    return tuple(
        replace(line, tests=(by_line[line.line],), tested=by_line[line.line].passed) if line.line in by_line else line
        for line in case.lines
    )
