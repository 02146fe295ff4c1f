# SPDX-License-Identifier: Apache-2.0
"""How long a rotation of the key-encryption key takes while the server works, and what reporters notice of it.

`./bench rotate [CASES]`: fills an installation, serves it, rotates from the command line, and meanwhile hands in
reports one after the other. Goal: 10,000 cases within 60 s, no report refused, every case opens afterwards.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.instance import PROJECT, _tocsin, fill, make, served
from benchmarks.measure import p99, rows
from benchmarks.reporter import MULTIPART, Browser, multipart

GOAL_SECONDS = 60.0
FIELDS = {"title": "Report while keys change", "reproduce": "Call it and look.", "version": "7.3.1", "do": "send"}


def main(cases: int) -> None:
    """Measure one rotation."""
    with tempfile.TemporaryDirectory() as name:
        instance = make(Path(name))
        fill(instance, cases)
        with served(instance) as tree:
            stop, taken, failed = threading.Event(), [], []

            def report() -> None:
                body = multipart(FIELDS, b"x" * 2000)
                with Browser(instance.front) as browser:
                    while not stop.is_set():
                        began = time.monotonic()
                        try:
                            browser.post(f"/p/{PROJECT}/report", body, MULTIPART)
                        except Exception as error:
                            failed.append(repr(error)[:80])
                        taken.append(time.monotonic() - began)

            reporter = threading.Thread(target=report)
            reporter.start()
            began, cpu = time.monotonic(), tree.cpu()
            told = _tocsin(instance.environment, "keys", "rotate")
            seconds, spent = time.monotonic() - began, tree.cpu() - cpu
            stop.set()
            reporter.join()
            verdict = _tocsin(instance.environment, "verify").strip()
        rows(
            ("cases", "rotation s", "server CPU s", "reports", "refused", "p99 s"),
            [(cases, seconds, spent, len(taken), len(failed), p99(taken))],
        )
        print(told.strip())
        print(verdict)
        good = seconds <= GOAL_SECONDS * max(cases, 10_000) / 10_000 and not failed and " 0 findings" in f" {verdict}"
        print(f"rotation of {cases} cases: {seconds:.1f} s (goal <= {GOAL_SECONDS:g}) {'ok' if good else 'MISSED'}")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error.cmd[-1]} failed") from None
