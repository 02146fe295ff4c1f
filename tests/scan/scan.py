# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.scan.scan [--quick]`: what others' scanners say about a live installation and about the source.

Starts an installation of its own on loopback, besieges it with slow clients, judges the policies of its pages, and runs
bandit and semgrep over the source and wapiti over the pages where they are on the PATH; a scanner that is not there is
named. Results of one run, and what each finding means: docs/explanation/scans.md. Schemathesis runs with the tests
(tests/api/test_fuzz.py).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.accounts.conftest import serving
from tests.campaign.test_canaries import PAGES
from tests.scan import policy, slow
from tests.support import ROOT

OTHERS = {
    "bandit": ["-q", "-r", "src", "-ll"],
    "semgrep": ["scan", "--error", "--metrics=off", "--config", "p/python", "--config", "p/django", "src"],
    "wapiti": ["--flush-session", "--scope", "domain", "-m", "common", "-u"],
}


def front_of(home: Path) -> str:
    """Where the installation is reached by reporters."""
    lines = (home / "tocsin.toml").read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("url = "))


def main(quick: bool) -> int:
    """Run everything that is here; 1 where something has to be looked at."""
    worst = 0
    with tempfile.TemporaryDirectory() as place, serving(Path(place) / "instance") as served:
        front = front_of(served.home)
        sys.stdout.write("policies\n")
        worst |= policy.main([*(front + page for page in PAGES), f"{served.url}/account/sign-in"])
        sys.stdout.write("slow clients\n")
        worst |= slow.main(front, *((100, 100) if quick else ()))
        for name, words in OTHERS.items():
            program = shutil.which(name)
            if program is None:
                sys.stdout.write(f"{name}: not on the PATH\n")
                continue
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()
            more = [front] if name == "wapiti" else []
            worst |= subprocess.run([program, *words, *more], cwd=ROOT, check=False).returncode != 0
    return worst


if __name__ == "__main__":
    raise SystemExit(main("--quick" in sys.argv))
