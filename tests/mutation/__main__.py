# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.mutation [AREA] [--every N]`: the mutation score of what must not be wrong. Prints at once what no
test noticed, and the score of each area; ends with 1 where one is below the goal. What is on `equivalent.txt` behaves
the same and does not count; each line there says why."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.mutation.mutants import count, mutant
from tests.support import ROOT

GOAL: Final = 0.8
TOLD: Final = re.compile(r"^mistake (-?\d+) (-?\d+)$", re.MULTILINE)
EMPTY: Final = 5
"""pytest's code where no test was there to run."""
MEMORY: Final = "/dev/shm"


class Part(NamedTuple):
    """A module, and the tests that are to hold it."""

    module: str
    tests: tuple[str, ...]


_PLACES: Final = tuple(f"tests/services/test_{each}.py" for each in ("sealing", "places", "renewing"))
_FORMS: Final = ("tests/vault/test_stored_forms.py", "tests/vault/test_sealing.py")
AREAS: Final = {
    "access": (Part("tocsin.core.access", ("tests/access/test_guard.py", "tests/access/test_matrix.py")),),
    "sealing": (
        Part("tocsin.adapters.vault.aead", _FORMS),
        Part("tocsin.adapters.vault.box", _FORMS),
        Part("tocsin.adapters.vault.secret", (*_FORMS, "tests/vault/test_secrecy.py")),
        Part("tocsin.adapters.vault.sealers", (*_FORMS, "tests/vault/test_keyfiles.py", "tests/vault/test_secrecy.py")),
        Part("tocsin.adapters.vault.stream", (_FORMS[0], "tests/vault/test_blobs.py", "tests/vault/test_secrecy.py")),
        Part("tocsin.services.ports.vault", _FORMS),
        Part("tocsin.services.sealing", _PLACES),
    ),
    "disclosure": (Part("tocsin.core.disclosure", ("tests/core/test_disclosure.py",)),),
    "outbox": (
        Part("tocsin.adapters.db.outbox", ("tests/store/test_outbox.py",)),
        Part("tocsin.services.worker", tuple(f"tests/services/test_{each}.py" for each in ("worker", "turn", "ring"))),
    ),
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


def noticed(part: Part, numbers: Sequence[int]) -> dict[int, bool]:
    """Of each mistake of a module, whether any of the tests fails over it; -1 is the module as it is."""
    command = [sys.executable, "-m", "tests.mutation.once", part.module, ",".join(map(str, numbers)), *part.tests]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    if os.access(MEMORY, os.W_OK):  # nothing here is about disks
        environment["TMPDIR"] = MEMORY
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    codes = {int(number): int(code) for number, code in TOLD.findall(done.stdout)}
    assert set(codes) == {-1, *numbers}, done.stdout[-2000:] + done.stderr[-2000:]
    assert EMPTY not in codes.values(), "no test ran"
    return {number: code != 0 for number, code in codes.items()}


def score(area: str, every: int = 1) -> tuple[int, list[str]]:
    """How many mistakes were tried in an area, and those that nothing noticed."""
    tried, missed, equal = 0, [], same()
    for part in AREAS[area]:
        wanted = {n: name(part.module, n) for n in range(0, count(source(part.module)), every)}
        wanted = {number: called for number, called in wanted.items() if called not in equal}
        heard = noticed(part, list(wanted))
        assert not heard[-1], f"the tests of {part.module} fail without any mistake"
        left = [called for number, called in wanted.items() if not heard[number]]
        print(f"{area}, {part.module}: {len(wanted) - len(left)} of {len(wanted)} noticed", flush=True)
        for called in left:
            print(f"  not noticed: {called}", flush=True)
        tried, missed = tried + len(wanted), [*missed, *left]
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
