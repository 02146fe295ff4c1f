# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.testing.github [PORT]`: a small GitHub on this machine, to try things against.

Set `api = "http://127.0.0.1:8099"` in `[forge.PROJECT]` and give the worker the token that is printed. One private
report and one public issue wait there.
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime

from tocsin.testing.doubles import serving
from tocsin.testing.github import API, TOKEN, GitHubDouble, World


def main(port: int) -> None:
    """Serve until interrupted."""
    double = GitHubDouble(World(lambda: datetime.now(UTC)))
    double.world.report("finder", summary="Out-of-bounds read", description="Start it with an empty header.")
    double.world.open_issue("somebody", "Heap buffer overflow in parse_header", "A malicious client can crash it.")
    with serving(double, API, port) as address:
        sys.stdout.write(f'repository = "{double.world.name}", api = "{address}", token {TOKEN}\n')
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8099)
