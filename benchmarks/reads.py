# SPDX-License-Identifier: Apache-2.0
"""Whether a second web process doubles what is read: two fronts over one PostgreSQL, of which first one and then both
are asked for the list of advisories by as many askers as they can answer.

`./bench reads`: rounds of one and of both take turns. What is asked, and PostgreSQL, run on the same two cores, so that
the ratio of answers a second is below what the fronts alone would show; the CPU that fronts spend for each answer tells
whether they stand in each other's way. Goal: 1.7 times the answers.
"""

from __future__ import annotations

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


def answers(sites: list[str], trees: list[Tree]) -> tuple[float, float]:
    """Answers a second of these fronts together, and milliseconds of their CPU for each."""
    before = sum(each.cpu() for each in trees)
    command = [sys.executable, "-m", "benchmarks.reads"]
    asked = [
        subprocess.Popen([*command, site, str(SECONDS)], cwd=ROOT, stdout=subprocess.PIPE, text=True) for site in sites
    ]
    count = sum(int(each.communicate()[0]) for each in asked)
    return count / SECONDS, (sum(each.cpu() for each in trees) - before) / count * 1000


def main() -> None:
    """Measure and print."""
    from tests.campaign.fleet import fleet
    from tests.postgres import running

    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "home"
        cluster = stack.enter_context(running())
        made = stack.enter_context(fleet(home, cluster.create(), fronts=2, workers=0))
        shelf.fill(made.environment, ADVISORIES)
        trees = [Tree(each.process.pid) for each in made.members if each.address and each.process]
        answers(made.fronts, trees)
        for _ in range(ROUNDS):
            for count, some in found.items():
                some.append(answers(made.fronts[:count], trees[:count]))
    rate, cpu = ({count: median(each[at] for each in some) for count, some in found.items()} for at in (0, 1))
    rows(("fronts", "answers a second", "CPU ms of an answer"), [(count, rate[count], cpu[count]) for count in found])
    ratio = rate[2] / rate[1]
    print(f"two fronts: {ratio:.2f} x the answers of one (goal >= {GOAL}) {'ok' if ratio >= GOAL else 'MISSED'}")
    print(f"CPU of an answer: {cpu[2] / cpu[1]:.2f} x; with a core for each, {2 * cpu[1] / cpu[2]:.2f} x the answers")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(asking(sys.argv[1], float(sys.argv[2])))
    else:
        main()
