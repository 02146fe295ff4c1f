# SPDX-License-Identifier: Apache-2.0
"""Questions whether a version is affected, five thousand a second, and what they do to people who report meanwhile.

`./bench beside`: rounds without and with questions take turns; two reporters hand in one report after the other, and
the questions come from a process of their own, 1,000 in a batch (`/v1/querybatch`, the most that OSV's interface
takes), as a scanner asks for all that a machine has: one in ten about something of ours. Goal: 5,000 answers a second,
and the reporters' p99 at most 10 % longer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks import instance, shelf
from benchmarks.measure import ROOT, p99, rows
from benchmarks.report import in_one_post
from benchmarks.reporter import Browser

ADVISORIES, BATCH, A_SECOND, REPORTERS = 100, 1000, 5000, 2
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
    """Let the reporters send for so long; milliseconds of each report."""
    took: list[float] = []
    send, end = in_one_post(blob), time.monotonic() + seconds

    def reporter() -> None:
        with Browser(site) as browser:
            while time.monotonic() < end:
                began = time.perf_counter()
                send(browser)
                took.append((time.perf_counter() - began) * 1000)

    people = [threading.Thread(target=reporter) for _ in range(REPORTERS)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return took


def main(seconds: float) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        made = instance.make(Path(name))
        shelf.fill(made.environment, ADVISORIES)
        alone: list[float] = []
        beside: list[float] = []
        rates = []
        with instance.served(made):
            asking(made.front, 1)
            reporting(made.front, b"x" * 4000, 2)
            for _ in range(ROUNDS):
                alone += reporting(made.front, b"x" * 4000, seconds)
                load = subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.beside", made.front, str(seconds)],
                    cwd=ROOT, stdout=subprocess.PIPE, text=True,
                )  # fmt: skip
                beside += reporting(made.front, b"x" * 4000, seconds)
                rates.append(int(load.communicate()[0]) / seconds)
    both = {"alone": alone, "beside the questions": beside}
    lines = [(name, len(took), median(took), p99(took)) for name, took in both.items()]
    rows(("reports", "number", "median ms", "p99 ms"), lines)
    grown, rate = p99(beside) / p99(alone), median(rates)
    print(f"questions: {rate:.0f} a second (goal >= {A_SECOND}) {'ok' if rate >= A_SECOND * 0.99 else 'MISSED'}")
    print(f"p99 of a report beside them: {grown:.2f} x (goal <= {GOAL}) {'ok' if grown <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(asking(sys.argv[1], float(sys.argv[2])))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
