# SPDX-License-Identifier: Apache-2.0
"""`tocsin demo --mail`: the line that it prints sends a report, which becomes a case and is answered."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.demo import running

PATIENCE = 60.0


@pytest.mark.slow
def test_the_line_it_prints_sends_a_report_that_is_answered(tmp_path: Path) -> None:
    if not shutil.which("swaks"):
        pytest.skip("needs swaks (Debian: apt-get install swaks)")
    with running.shown(tmp_path, "--mail") as demo:
        (place,) = re.findall(r"^ +cd (\S+)$", demo.text, re.MULTILINE)
        (line,) = re.findall(r"^ +(swaks .+)$", demo.text, re.MULTILINE)
        sent = subprocess.run(shlex.split(line), cwd=place, capture_output=True, text=True, check=False)
        assert sent.returncode == 0, sent.stdout
        until = time.monotonic() + PATIENCE
        while not answers(Path(place) / "mailbox") and time.monotonic() < until:
            time.sleep(0.1)
        assert answers(Path(place) / "mailbox")
    assert not list(tmp_path.iterdir()), "stopping it removes everything"


def answers(folder: Path) -> list[Path]:
    """The mails to whoever wrote."""
    return [each for each in folder.rglob("*") if each.is_file() and b"To: ann@demo.invalid" in each.read_bytes()]
