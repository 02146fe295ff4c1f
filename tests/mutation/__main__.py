# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.mutation [AREA] [--every N]`: the mutation score of what must not be wrong. Prints at once what no
test noticed, and the score of each area; ends with 1 where one is below the goal. What is on `equivalent.txt` behaves
the same and does not count; each line there says why."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from tests.mutation.mutants import count, mutant
from tests.support import ROOT

GOAL: Final = 0.8
LONGEST: Final = 600
"""Seconds after which a mistake counts as noticed: it made the tests go on for ever."""


class Part(NamedTuple):
    """A module, and the tests that are to hold it."""

    module: str
    tests: tuple[str, ...]


AREAS: Final = {
    "access": (Part("tocsin.core.access", ("tests/access/test_matrix.py",)),),
    "sealing": (
        Part("tocsin.adapters.vault.aead", ("tests/vault/test_sealing.py", "tests/services/test_places.py")),
        Part("tocsin.services.sealing", ("tests/services/test_places.py", "tests/services/test_renewing.py")),
    ),
    "disclosure": (Part("tocsin.core.disclosure", ("tests/core/test_disclosure.py",)),),
    "outbox": (Part("tocsin.adapters.db.outbox", ("tests/store/test_outbox.py", "-m", "not postgres")),),
}
"""What a mistake in would tell, lose or send twice."""


def source(module: str) -> str:
    """The text of a module."""
    return (ROOT / "src" / Path(*module.split("."))).with_suffix(".py").read_text("utf-8")


def same() -> set[str]:
    """Mistakes that change nothing."""
    text = (Path(__file__).parent / "equivalent.txt").read_text("utf-8")
    return {line.partition("  #")[0].strip() for line in text.splitlines() if line and not line.startswith("#")}


def name(module: str, number: int) -> str:
    """What a mistake is called: the text of its line, and what it is there."""
    text = source(module)
    made = mutant(text, number)
    return f"{module}: {text.splitlines()[made.line - 1].strip()}: {made.what}"


def noticed(part: Part, number: int) -> bool:
    """Whether any of the tests fails over a mistake; -1 asks for the module as it is."""
    command = [sys.executable, "-m", "tests.mutation.once", part.module, str(number), *part.tests]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def score(area: str, every: int = 1) -> tuple[int, list[str]]:
    """How many mistakes were tried in an area, and those that nothing noticed."""
    tried, missed, equal = 0, [], same()
    for part in AREAS[area]:
        assert not noticed(part, -1), f"the tests of {part.module} fail without any mistake"
        for number in range(0, count(source(part.module)), every):
            if (called := name(part.module, number)) in equal:
                continue
            tried += 1
            if not noticed(part, number):
                missed.append(called)
                print(f"  not noticed: {called}", flush=True)
    return tried, missed


def main() -> int:
    """Try, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("area", nargs="*", choices=[[], *AREAS])
    parser.add_argument("--every", type=int, default=1, help="only every so many mistakes")
    given = parser.parse_args()
    low = False
    for area in given.area or AREAS:
        tried, missed = score(area, given.every)
        print(f"{area}: {tried - len(missed)} of {tried} noticed, {1 - len(missed) / tried:.0%}", flush=True)
        low |= len(missed) > (1 - GOAL) * tried
    return int(low)


if __name__ == "__main__":
    raise SystemExit(main())
