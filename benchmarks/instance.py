# SPDX-License-Identifier: Apache-2.0
"""A throw-away installation of the real product for benchmarks, filled as far as one needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, Tree, process

FRONT = "http://127.0.0.1:18080"
DESK = "http://127.0.0.1:18081"


@dataclass
class Instance:
    """Where it lies and how its first owner signs in."""

    home: Path
    link: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this installation is started with."""
        return {"TOCSIN_CONFIG": str(self.home / "tocsin.toml")}


def make(home: Path) -> Instance:
    """Run `tocsin init` with both source policies."""
    policies = [f"--policy={ROOT / 'examples' / 'policies' / f'{name}.toml'}" for name in ("community", "warehousepg")]
    command = [
        sys.executable, "-m", "tocsin.boot.main", "init", "--dir", str(home), "--url", FRONT, "--desk-url", DESK,
        "--admin", "Dana <dana@example.org>", *policies,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return Instance(home=home, link=next(word for word in told.split() if "/sign-in/" in word))


def link(instance: Instance) -> str:
    """A fresh one-time sign-in link of the first owner."""
    command = [sys.executable, "-m", "tocsin.boot.main", "people", "link", "dana@example.org"]
    environment = {**os.environ, **instance.environment, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


@contextmanager
def served(instance: Instance) -> Iterator[Tree]:
    """Run `tocsin serve`."""
    with process([sys.executable, "-m", "tocsin.boot.main", "serve"], f"{FRONT}/healthz", instance.environment) as tree:
        yield tree


def fill(instance: Instance, count: int) -> None:
    """Give the installation `count` open cases, written through the same store as every case."""
    subprocess.run(
        [sys.executable, "-m", "benchmarks.instance", str(count)],
        check=True,
        cwd=ROOT,
        env={**os.environ, **instance.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )


def _fill(count: int) -> None:
    from tocsin.boot.main import open_desk

    desk, front = open_desk(), open_desk.front()
    from tocsin.core.intake import Report
    from tocsin.services import intake, worker

    for number in range(count):
        given = Report(title=f"Problem number {number} in the decoder", reproduce="Call it and look.", version="7.3.1")
        intake.receive(front, "warehousepg", given, front.mint.nonce())
    while worker.reseal(desk):
        pass


if __name__ == "__main__":
    _fill(int(sys.argv[1]))
