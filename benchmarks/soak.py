# SPDX-License-Identifier: Apache-2.0
"""A day of a foundation in some minutes: whether memory or descriptors grow in any process that one command starts.

`./bench soak [MINUTES]` (10): a day's mixture, pressed into that time, on `tocsin serve` over SQLite: reports with a
file each, return pages, a team that reads its inbox, cases and metrics, asks and answers over the API, and everybody
who reads advisories and feeds and asks whether they are affected. Proportional memory and open files of each process
are read ninety times. Goal: after the first third, in which caches fill, the memory of each process rises until
the end of the day by less than 3 MB or a tenth, and the files it has open by no more than its threads may take (10).
A day of which not all was done, because the machine is slow or the time short, shows nothing and counts as missed.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean, median

import httpx2

from benchmarks import instance, shelf
from benchmarks.inbox import sign_in
from benchmarks.measure import Tree, rows
from benchmarks.report import FORM, in_one_post
from benchmarks.reporter import Browser

DAY = {
    "report": 1_000,
    "return": 1_000,
    "desk": 4_000,
    "answer": 500,
    "API": 4_000,
    "public": 20_000,
    "affected": 20_000,
}
"""How often what is done on a day; a scanner's batch of a hundred questions counts as one."""

SAMPLES, SHARE, MEGABYTES, FILES = 90, 0.10, 3.0, 10
WHOLE = 0.95
"""Of what a day has, of each kind, for the day to count as one."""

TIRELESS = "[keys]\ncases_per_hour = 100000\ncases_per_day = 100000\n"
"""One person does here what a team does, of whom each may open 300 different cases a day."""

PUBLIC = ("/", "/p/warehousepg/", "/p/warehousepg/advisories/", "/p/warehousepg/advisories.atom", "/osv/all.zip",
          "/p/warehousepg/advisories/WHPG-SA-2024-000", "/.well-known/security.txt", "/p/warehousepg/policy",
          "/p/warehousepg/affected?version=7.3.1", "/nothing-here")  # fmt: skip
CASE = re.compile(r"<a href=/c/(WHPG-[\w-]+)")


class Sampler:
    """Reads memory and open files of every process, every so often."""

    def __init__(self, tree: Tree, every: float) -> None:
        self.tree, self.every, self.over = tree, every, threading.Event()
        self.memory: defaultdict[int, list[float]] = defaultdict(list)
        self.files: defaultdict[int, list[int]] = defaultdict(list)
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.over.wait(self.every):
            for pid in self.tree.pids():
                try:
                    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
                    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
                except OSError:
                    continue
                held = [int(line.split()[1]) for line in told.splitlines() if line.startswith("Anonymous:")]
                if held:  # none of a child that has just ended; what is shared weighs more when others end
                    self.memory[pid].append(held[0] * 1024 / 1e6)
                    self.files[pid].append(files)


class Load:
    """Does each kind of thing at its rate until the time is over, and counts what went well and what did not."""

    def __init__(self, minutes: float) -> None:
        self.seconds, self.end = minutes * 60, time.monotonic() + minutes * 60
        self.done, self.failed = Counter[str](), Counter[str]()
        self.threads: list[threading.Thread] = []

    def steadily(self, kind: str, act: Callable[[int], object]) -> None:
        """Begin to do something as often as a day asks for; what is late is made up for."""

        def work() -> None:
            step, due = self.seconds / DAY[kind], time.monotonic()
            while (now := time.monotonic()) < self.end:
                if now < due:
                    time.sleep(min(due - now, 0.5))
                    continue
                due += step
                number = self.done[kind] + self.failed[kind]
                try:
                    act(number)
                    self.done[kind] += 1
                except Exception as error:
                    self.failed[kind] += 1
                    self.failed[f"{kind}: {error!r:.120}"] += 1

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()


def begin(load: Load, made: instance.Instance, stack: ExitStack) -> None:
    """Let everybody begin."""
    link, token = instance.link(made), instance.token(made, "read", "write")
    desk, api, reader = (stack.enter_context(httpx2.Client(timeout=60)) for _ in range(3))
    sign_in(desk, link)
    api.headers["Authorization"] = f"Bearer {token}"
    told = {"package": {"purl": "pkg:generic/warehousepg"}, "version": "7.3.1"}
    batch = json.dumps({"queries": [told] * 100}).encode()
    send = in_one_post(b"x" * 4000)

    def fetched(client: httpx2.Client, address: str, good: tuple[int, ...] = (200, 302, 404)) -> str:
        answer = client.get(address)
        assert answer.status_code in good, (address, answer.status_code)
        return str(answer.text)

    def reported(number: int) -> None:
        with Browser(made.front) as browser:
            send(browser)

    def looked(number: int) -> None:
        found = CASE.findall(fetched(desk, f"{made.desk}/inbox"))
        fetched(desk, f"{made.desk}/c/{found[number % len(found)]}" if number % 20 else f"{made.desk}/metrics")

    def answered(number: int) -> None:
        cases = json.loads(fetched(api, f"{made.desk}/api/v1/cases"))["items"]
        place = f"{made.desk}/api/v1/cases/{cases[number % len(cases)]['ref']}/moves/say"
        answer = api.post(place, json={"audience": "team", "text": f"Looked at it, {number}."})
        assert answer.status_code in (200, 201), answer.text[:200]

    def asked(number: int) -> None:
        answer = reader.post(f"{made.front}/v1/querybatch", content=batch)
        assert answer.status_code == 200, answer.status_code

    load.steadily("report", reported)
    load.steadily("return", lambda number: fetched(reader, f"{made.front}{FORM.replace('report', 'return')}"))
    load.steadily("desk", looked)
    load.steadily("answer", answered)
    load.steadily("API", lambda number: fetched(api, f"{made.desk}/api/v1/cases"))
    load.steadily("public", lambda number: fetched(reader, made.front + PUBLIC[number % len(PUBLIC)]))
    load.steadily("affected", asked)


def name(pid: int) -> str:
    """What a process is."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    role = next((each.partition(b"=")[2] for each in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
                 if each.startswith(b"TOCSIN_ROLE=")), b"")  # fmt: skip
    return role.decode() or next((each.decode() for each in words if b"tocsin" in each), "process")


def judge(sampler: Sampler, names: dict[int, str]) -> bool:
    """Print what each process held in the second third and at the end; whether all stayed flat."""
    lines, good = [], True
    for pid, called in names.items():
        memory, files = sampler.memory[pid], sampler.files[pid]
        third = len(memory) // 3
        middle, end = median(memory[third : 2 * third]), median(memory[-max(third // 2, 1) :])
        slope = (fmean(memory[-third:]) - fmean(memory[third : 2 * third])) / (third * sampler.every / 60)
        flat = end - middle <= max(MEGABYTES, SHARE * middle) and max(files[-third:]) <= max(files[: 2 * third]) + FILES
        lines.append((f"{called} ({pid})", memory[0], middle, end, slope, max(files[: 2 * third]), max(files[-third:]),
                      "flat" if flat else "GROWS"))  # fmt: skip
        good &= flat
    rows(("process", "MB at first", "middle", "at the end", "MB a minute", "files", "at the end", ""), lines)
    return good


def main(minutes: float) -> None:
    """Run a day, and print."""
    with ExitStack() as stack:
        made = instance.make(Path(stack.enter_context(tempfile.TemporaryDirectory())), TIRELESS)
        instance.fill(made, 200)
        shelf.fill(made.environment, 50)
        tree = stack.enter_context(instance.served(made))
        load, sampler = Load(minutes), Sampler(tree, minutes * 60 / SAMPLES)
        begin(load, made, stack)
        sampler.thread.start()
        for each in load.threads:
            each.join()
        sampler.over.set()
        sampler.thread.join()
        lived = [pid for pid in tree.pids() if len(sampler.memory[pid]) >= len(sampler.memory[tree.pid]) - 1]
        good = judge(sampler, {pid: name(pid) for pid in lived})
    print(", ".join(f"{kind} {load.done[kind]} of {count}" for kind, count in DAY.items()))
    for kind, count in load.failed.items():
        print(f"failed: {kind}: {count}")
    failures = sum(load.failed[kind] for kind in DAY)
    share = min(load.done[kind] / count for kind, count in DAY.items())
    held = good and not failures and share >= WHOLE
    print(f"{share:.0%} of a day in {minutes:g} minutes: {'flat' if good else 'GROWS'}, {failures} failures "
          f"(goal: {WHOLE:.0%}, flat, 0) {'ok' if held else 'MISSED'}")  # fmt: skip


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
