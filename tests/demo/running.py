# SPDX-License-Identifier: Apache-2.0
"""`tocsin demo` as somebody runs it: a process of its own, with nothing set."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

COMMAND = (sys.executable, "-m", "tocsin.boot.main", "demo")
READY = "Ctrl+C"


def environment(temporary: Path) -> dict[str, str]:
    """A newcomer's environment, with a directory for temporary files that a test can look into."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "DJANGO_"))}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(temporary)}


def headless(temporary: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Play without a person."""
    command: Sequence[str] = (*COMMAND, "--headless", *options)
    return subprocess.run(command, capture_output=True, text=True, env=environment(temporary), check=False)


@dataclass
class Shown:
    """What the demo printed for a person, and the process that printed it."""

    text: str
    process: subprocess.Popen[str]

    def links(self, pattern: str) -> list[str]:
        """Every printed address that matches, in order."""
        return re.findall(rf"http://\S*{pattern}\S*", self.text)

    def link(self, pattern: str) -> str:
        """The printed address that matches."""
        found = re.search(rf"http://\S*{pattern}\S*", self.text)
        assert found, self.text
        return found[0]


@contextmanager
def shown(temporary: Path, *options: str) -> Iterator[Shown]:
    """Run the demo until the block ends; hand out what it printed once it was ready."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*COMMAND, *options],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env=environment(temporary),
            start_new_session=True,
        )
        assert process.stdout
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if READY in line:
                    break
            said.seek(0)
            assert lines, said.read()
            yield Shown("".join(lines), process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            process.stdout.close()
