# SPDX-License-Identifier: Apache-2.0
"""What others' scanners say about the source: bandit, whose every finding is explained or has to be looked at, and
semgrep with rules of ours, each of which first has to find its own hazard. `tests.scan.scan` runs both.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support import ROOT

RULES = ROOT / "tests" / "scan" / "rules"
EXPLAINED = ROOT / "tests" / "scan" / "explained.txt"
Found = tuple[str, str, str]
"""What a finding is called, its severity, its file."""


def told(text: str) -> None:
    """Say at once what is going on: a scan takes minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def installed(name: str, how: str = "") -> str | None:
    """A scanner, or that it is not here."""
    found = shutil.which(name)
    if found is None:
        told(f"{name}: not on the PATH, passed over ({how or f'a virtual environment of its own: pip install {name}'})")
    return found


def explained() -> Counter[tuple[str, str]]:
    """How many findings of a kind somebody has looked at in a file."""
    lines = EXPLAINED.read_text("utf-8").splitlines()
    words = [line.partition("#")[0].split() for line in lines if line and not line.startswith("#")]
    return Counter({(test, file): int(count) for test, file, count in words})


def unexplained(found: list[Found]) -> list[str]:
    """What has to be looked at: high severity always, medium where there are more in a file than are explained."""
    known, seen = explained(), Counter((test, file) for test, severity, file in found if severity != "HIGH")
    wrong = [f"{test} HIGH {file}" for test, severity, file in found if severity == "HIGH"]
    return wrong + [f"{test} {file}: {n}, {known[test, file]} explained" for (test, file), n in seen.items()
                    if n > known[test, file]]  # fmt: skip


def bandit() -> bool:
    """Everything of medium severity and above."""
    program = installed("bandit")
    if program is None:
        return True
    done = subprocess.run([program, "-q", "-r", "src", "-ll", "-f", "json"], cwd=ROOT, capture_output=True, check=False)
    found = [(each["test_id"], each["issue_severity"], each["filename"]) for each in json.loads(done.stdout)["results"]]
    wrong = unexplained(found)
    told(f"bandit: {len(found)} of medium severity or above, {len(wrong)} kinds of them unexplained")
    for each in wrong:
        told(f"bandit: {each}")
    return not wrong


def semgrep() -> bool:
    """Our rules: first over what each has to find, then over the source, where none may find anything."""
    program = installed("semgrep")
    if program is None:
        return True
    ours = RULES / "tocsin.yml"
    names = {line.split()[-1] for line in ours.read_text("utf-8").splitlines() if line.startswith("  - id:")}
    with tempfile.TemporaryDirectory() as place:
        for name in ("hazards.py", "hazards.html"):
            shutil.copy(RULES / "hazards.txt", Path(place) / name)
        control = {name for name, _ in _found(program, ours, place)}
    told(f"semgrep: {len(control)} of {len(names)} rules find their hazard")
    found = _found(program, ours, str(ROOT / "src"))
    for name, where in found:
        told(f"semgrep: {name} at {where}")
    return not found and control == names


def _found(program: str, rules: Path, place: str) -> list[tuple[str, str]]:
    command = [program, "scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore", "--json"]
    done = subprocess.run([*command, "--config", str(rules), place], capture_output=True, check=False)
    answer = json.loads(done.stdout)
    wrong = [each["message"] for each in answer["errors"] if each["level"] == "error"]
    assert not wrong, wrong[:3]
    return [(each["check_id"].rpartition(".")[2], f"{each['path']}:{each['start']['line']}")
            for each in answer["results"]]  # fmt: skip
