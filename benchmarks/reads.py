# SPDX-License-Identifier: Apache-2.0
"""Whether a second web process doubles what is read: two fronts over one PostgreSQL, of which first one and then both
are asked for the list of advisories by as many askers as they can answer.

`./bench reads`: rounds take turns. On a machine of two cores whoever asks, and PostgreSQL, run on the same cores as the
fronts. Where all of them may run anywhere, one front has a core and what works for it has the other, and two fronts
share both: that ratio is bounded by how much others work, not by how well fronts scale. So it is counted for a core:
one front, its askers and the database on one core, against two fronts with a core and askers each and the database on
both. Beside it stand the ratio where all run anywhere, and the CPU of the fronts for each answer, which tells whether
they stand in each other's way. Goal: 1.7 times the answers, core for core.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks import shelf
from benchmarks.measure import ROOT, Tree, rows

PAGE, ADVISORIES, ASKERS = "/p/warehousepg/advisories/", 200, 4
ROUNDS, SECONDS, GOAL = 5, 5.0, 1.7
ANYWHERE = sorted(os.sched_getaffinity(0))
BOTH = ANYWHERE[:2]
PLACES = {
    "one, one core": [[BOTH[0]]],
    "two, a core each": [[each] for each in BOTH],
    "one, anywhere": [ANYWHERE],
    "two, anywhere": [ANYWHERE, ANYWHERE],
}
"""On which cores each front of a round runs, with those who ask it."""


def asking(site: str, seconds: float) -> int:
    """Ask for the page over connections that stay open, always one answer a connection under way; how many came."""
    parts = urlsplit(site)
    words = f"GET {PAGE} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    lines = [socket.create_connection((str(parts.hostname), parts.port or 80)) for _ in range(ASKERS)]
    size, answered, end = whole(lines[0], words), 0, time.monotonic() + seconds
    for each in lines:
        each.sendall(words)
    while time.monotonic() < end:
        for each in lines:
            left = size
            while left:
                left -= len(each.recv(min(left, 1 << 16)))
            answered += 1
            each.sendall(words)
    return answered


def whole(line: socket.socket, words: bytes) -> int:
    """How many bytes one answer has, the same for every one."""
    line.sendall(words)
    told = b""
    while b"\r\n\r\n" not in told:
        told += line.recv(1 << 16)
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = next(
        int(each.split(b":")[1]) for each in head.split(b"\r\n") if each.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += line.recv(1 << 16)
    return len(head) + 4 + length


def answers(sites: list[str], trees: list[Tree], database: Tree, places: list[list[int]]) -> tuple[float, float]:
    """Answers a second of these fronts together, each with its askers on the cores of its place, and milliseconds of
    the fronts' CPU for each."""
    database.pin({core for each in places for core in each})
    for tree, place in zip(trees, places, strict=True):
        tree.pin(set(place))
    before = sum(each.cpu() for each in trees)
    asked = [_asker(site, place) for site, place in zip(sites, places, strict=True)]
    count = sum(int(each.communicate()[0]) for each in asked)
    return count / SECONDS, (sum(each.cpu() for each in trees) - before) / count * 1000


def _asker(site: str, place: list[int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.reads", site, str(SECONDS), *map(str, place)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def main() -> None:
    """Measure and print."""
    from tests.campaign.fleet import fleet
    from tests.postgres import running

    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PLACES}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "home"
        cluster = stack.enter_context(running())
        made = stack.enter_context(fleet(home, cluster.create(), fronts=2, workers=0))
        shelf.fill(made.environment, ADVISORIES)
        trees = [Tree(each.process.pid) for each in made.members if each.address and each.process]
        database = Tree(int((cluster.directory / "data" / "postmaster.pid").read_text().split()[0]))
        answers(made.fronts, trees, database, PLACES["two, anywhere"])
        for _ in range(ROUNDS):
            for name, places in PLACES.items():
                some = slice(len(places))
                found[name].append(answers(made.fronts[some], trees[some], database, places))
    rate, cpu = ({name: median(each[at] for each in some) for name, some in found.items()} for at in (0, 1))
    rows(("fronts", "answers a second", "CPU ms of an answer"), [(name, rate[name], cpu[name]) for name in found])
    one, two, one_free, two_free = PLACES
    ratio = rate[two] / rate[one]
    print(f"two fronts, core for core: {ratio:.2f} x (goal >= {GOAL}) {'ok' if ratio >= GOAL else 'MISSED'}")
    print(f"where all run anywhere: {rate[two_free] / rate[one_free]:.2f} x")
    print(f"CPU of an answer: {cpu[two] / cpu[one]:.2f} x; with a core for each, {2 * cpu[one] / cpu[two]:.2f} x")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        os.sched_setaffinity(0, map(int, sys.argv[3:]))
        print(asking(sys.argv[1], float(sys.argv[2])))
    else:
        main()
