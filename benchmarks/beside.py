# SPDX-License-Identifier: Apache-2.0
"""Questions whether a version is affected, five thousand a second, and what they do to people who report meanwhile.

`./bench beside [SECONDS]` (20): rounds take turns: nobody asks; the front that takes reports is asked; another front of
the same installation is, as a proxy that passes `/v1/` to a process of its own would have it. Reports come ten a
second, as on a day of 864,000, whatever the answers take; each counts from the instant that it was due. The questions
come from a process of their own, 1,000 in a batch (`/v1/querybatch`, the most that OSV's interface takes), as a scanner
asks for all that a machine has: one in ten about something of ours. Reports, questions and answers share the machine's
cores. Goal: 5,000 answers a second, and the reporters' p99 at most 10 % longer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks import instance, shelf
from benchmarks.measure import ROOT, free_ports, p99, process, rows
from benchmarks.report import in_one_post
from benchmarks.reporter import Browser

ADVISORIES, BATCH, A_SECOND, REPORTERS, REPORTS = 100, 1000, 5000, 4, 10.0
ROUNDS, SECONDS, GOAL = 4, 20.0, 1.10


def asking(site: str, seconds: float) -> int:
    """Ask batches at a steady rate for so long; returns how many questions were answered."""
    asked = []
    for number in range(BATCH):
        package = "warehousepg" if number % 10 == 0 else f"lib{number}"
        version = f"7.{3 + number % 2}.{number % 60}"
        asked.append({"package": {"purl": f"pkg:generic/{package}"}, "version": version})
    body = json.dumps({"queries": asked}).encode()
    connection = HTTPConnection(urlsplit(site).netloc, timeout=60)
    begin, sent, answered = time.monotonic(), 0, 0
    while (now := time.monotonic()) < begin + seconds:
        if sent * BATCH > (now - begin) * A_SECOND:
            time.sleep(0.005)
            continue
        connection.request("POST", "/v1/querybatch", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, told
        sent, answered = sent + 1, answered + len(told["results"])
    return answered


def reporting(site: str, blob: bytes, seconds: float) -> list[float]:
    """Let the reporters send at their rate for so long; milliseconds of each report, from when it was due."""
    took: list[float] = []
    send, begin = in_one_post(blob), time.monotonic()
    step = REPORTERS / REPORTS

    def reporter(first: float) -> None:
        due = begin + first
        with Browser(site) as browser:
            while due < begin + seconds:
                time.sleep(max(0.0, due - time.monotonic()))
                send(browser)
                took.append((time.monotonic() - due) * 1000)
                due += step

    people = [threading.Thread(target=reporter, args=(number / REPORTS,)) for number in range(REPORTERS)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return took


@contextmanager
def another(made: instance.Instance) -> Iterator[str]:
    """Run one more front of the installation; hands out its address."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "tocsin.boot.main", "serve", "--only", "front"]
    environment = {**made.environment, "TOCSIN_LISTEN": f"127.0.0.1:{port}"}
    with process(command, f"http://127.0.0.1:{port}/healthz", environment):
        yield f"http://127.0.0.1:{port}"


def under(site: str | None, made: instance.Instance, seconds: float) -> tuple[list[float], float]:
    """One round: what each report took while `site` was asked, and how many questions a second were answered."""
    if site is None:
        return reporting(made.front, b"x" * 4000, seconds), 0.0
    command = [sys.executable, "-m", "benchmarks.beside", site, str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as load:
        took = reporting(made.front, b"x" * 4000, seconds)
        return took, int(load.communicate()[0]) / seconds


def main(seconds: float) -> None:
    """Measure and print."""
    with ExitStack() as stack:
        made = instance.make(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        shelf.fill(made.environment, ADVISORIES)
        stack.enter_context(instance.served(made))
        sites = {"alone": None, "the same front asked": made.front, "another asked": stack.enter_context(another(made))}
        for site in filter(None, sites.values()):
            asking(site, 1)
        reporting(made.front, b"x" * 4000, 2)
        took: dict[str, list[float]] = {name: [] for name in sites}
        rates: dict[str, list[float]] = {name: [] for name in sites}
        for _ in range(ROUNDS):
            for name, site in sites.items():
                some, rate = under(site, made, seconds)
                took[name] += some
                rates[name].append(rate)
    rows(
        ("reports", "number", "median ms", "p99 ms", "questions a second"),
        [(name, len(some), median(some), p99(some), median(rates[name])) for name, some in took.items()],
    )
    for name in list(sites)[1:]:
        grown, rate = p99(took[name]) / p99(took["alone"]), median(rates[name])
        held = grown <= GOAL and rate >= A_SECOND * 0.99
        print(f"{name}: p99 of a report {grown:.2f} x (goal <= {GOAL} at {A_SECOND}) {'ok' if held else 'MISSED'}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(asking(sys.argv[1], float(sys.argv[2])))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
