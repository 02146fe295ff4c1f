# SPDX-License-Identifier: Apache-2.0
"""The desk as people wait for it: the inbox at 10,000 cases, reading a case beside it, and the case that other systems
break on: 1,000 messages and 130 participants (CERTCC/VINCE#140). Wall time of one request after another, and the CPU
that the whole server spends on each; the two are told apart by whatever else the machine is doing.

`--cases N` fills fewer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx2

from benchmarks import instance
from benchmarks.api import waited
from benchmarks.inbox import sign_in
from benchmarks.measure import cost, rows

CASES, MESSAGES, PARTIES, REQUESTS = 10_000, 1_000, 130, 100
GOALS: Final = {"inbox": 100.0, "case": 150.0}
"""Milliseconds for the p95 of a request's wall time."""


def crowd() -> None:
    """Fill one case of the installation that the environment names with messages and participants; print its id."""
    from django.db import connection

    from tocsin.boot.main import open_desk
    from tocsin.core.case import commands as cmd
    from tocsin.core.case import party_commands as pc
    from tocsin.core.case.shared import Part
    from tocsin.core.vocabulary import Audience, Refused
    from tocsin.services import cases, inviting

    desk = open_desk()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # this process only: what is filled in need not survive a power cut
    project = desk.projects.all()[0].id
    person = desk.people.members(project)[0][0].id
    actor = desk.people.actor(person, project)
    ref = desk.journal.cases(limit=1)[0].case
    assert actor

    def act(command: cmd.Command) -> None:
        made = cases.handle(desk, ref, command, actor)
        assert not isinstance(made, Refused), made

    act(cmd.Investigate(effect="Code of others runs.", criticality="Every server."))
    for number in range(PARTIES):
        opened = cases.open_case(desk, ref, actor, "benchmark")
        assert opened
        wish = pc.Invite(
            party="", part=Part.VENDOR, name=f"Vendor {number}", products=(f"Product {number}",), why="Ships it."
        )
        made = inviting.invite(desk, opened, actor, wish)
        assert isinstance(made, inviting.Invited), made
    for number in range(MESSAGES):
        audience = Audience.REPORTER if number % 3 == 0 else Audience.TEAM
        act(cmd.Say(audience=audience, text=f"Message {number}: " + "what we found out about it today. " * 6))
    print(json.dumps(ref))


def filled(made: instance.Instance) -> str:
    """Fill the case in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from benchmarks.desk import crowd; crowd()"],
        cwd=instance.ROOT,
        env={**os.environ, **made.environment, "PYTHONPATH": f"{instance.ROOT / 'src'}:{instance.ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return str(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    """Measure and print."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--cases", type=int, default=CASES)
    count = told.parse_args().cases
    with ExitStack() as stack:
        made = instance.make(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        instance.fill(made, count)
        ref = filled(made)
        tree = stack.enter_context(instance.served(made))
        client = stack.enter_context(httpx2.Client(timeout=60))
        sign_in(client, instance.link(made))
        page = client.get(f"{made.desk}/inbox").text
        first = re.search(r"\?open=([\w-]+)", page)
        asked = {
            "inbox": f"{made.desk}/inbox",
            "beside": f"{made.desk}/inbox?open={first[1] if first else ref}",
            "projects": f"{made.desk}/inbox?view=projects",
            "calendar": f"{made.desk}/calendar",
            "case": f"{made.desk}/c/{ref}",
            "people": f"{made.desk}/c/{ref}/people",
            "history": f"{made.desk}/c/{ref}/history",
            "decide": f"{made.desk}/c/{ref}/decide",
            "embargo": f"{made.desk}/c/{ref}/embargo",
        }
        spent = {name: waited(lambda at=each: client.get(at), REQUESTS) for name, each in asked.items()}
        busy = {name: cost(tree, lambda at=each: client.get(at), REQUESTS) for name, each in asked.items()}
    found = [(name, busy[name], median(each), quantiles(each, n=20)[-1], max(each)) for name, each in spent.items()]
    heads = (f"at {count:,} cases, {MESSAGES:,} messages, {PARTIES} participants", "CPU ms", "median ms", "p95", "max")
    rows(heads, found)
    for name, goal in GOALS.items():
        worst = quantiles(spent[name], n=20)[-1]
        print(f"{name}, p95: {worst:.1f} ms (goal <= {goal:.0f}) {'ok' if worst <= goal else 'MISSED'}")


if __name__ == "__main__":
    main()
