# SPDX-License-Identifier: Apache-2.0
"""Puts published advisories into an installation, for benchmarks of what everybody reads: `python -m benchmarks.shelf
COUNT`, with `TOCSIN_CONFIG` set. They go through clearing and onto the shelf as every publication does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from benchmarks.measure import ROOT


def fill(environment: Mapping[str, str], count: int) -> None:
    """Publish `count` advisories in the installation that the environment names."""
    told = {**os.environ, **environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    subprocess.run([sys.executable, "-m", "benchmarks.shelf", str(count)], check=True, cwd=ROOT, env=told)


def _fill(count: int) -> None:
    from tests.site import published
    from tocsin.boot.main import open_desk
    from tocsin.services import publication

    desk, first = open_desk(), datetime.now(UTC) - timedelta(days=1)
    for number in range(count):
        record = published.advisory(number, first + timedelta(seconds=number))
        cleared = published.cleared(record, first)
        desk.shelf_writer.put(cleared, publication.documents(record), publication.card(cleared))


if __name__ == "__main__":
    _fill(int(sys.argv[1]))
