# SPDX-License-Identifier: Apache-2.0
"""`python -m benchmarks NAME`: runs one benchmark; without a name lists them."""

from __future__ import annotations

import os
import platform
import runpy
import sys
from pathlib import Path

PARTS = {"__init__", "__main__", "measure", "floor", "hostile_mail", "instance", "reporter", "shelf", "sources"}


def main() -> None:
    """Run the named benchmark."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in PARTS)
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        print("usage: ./bench NAME\n  " + "\n  ".join(names))
        raise SystemExit(2)
    sys.argv.pop(0)
    # Figures of one version differ by a sixth: distributions build theirs with profiles, version managers rarely do.
    print(f"Python {platform.python_version()} of {sys.base_prefix}, {os.cpu_count()} cores\n")
    runpy.run_module(f"benchmarks.{sys.argv[0]}", run_name="__main__")


main()
