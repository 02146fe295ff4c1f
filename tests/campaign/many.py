# SPDX-License-Identifier: Apache-2.0
"""Plays the team of an installation that many processes serve: takes cases to the advisory that is only to be
published, and orders that. `python -m tests.campaign.many COUNT`; prints `CASE ADVISORY INSTANT` for each as it is
ordered: it may go out then, and not before.

What meets a database that is just not there, or another process that was quicker, is asked again, as a person does.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

PROJECT = "warehousepg"
TRIES = 200
ARMED = 15
"""Seconds from the order to the instant that it is armed for."""


def patiently(work: Any) -> Any:
    """Do something until the machine lets it."""
    from tocsin.services.ports.store import Conflict, Unavailable

    for _ in range(TRIES):
        try:
            return work()
        except (Unavailable, Conflict):
            time.sleep(0.2)
    raise AssertionError("never")


def main(count: int) -> None:
    """Order `count` publications."""
    from tocsin.boot.main import open_desk
    from tocsin.core.vocabulary import Role

    desk, front = patiently(open_desk), patiently(open_desk.front)
    every = frozenset({Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.PUBLISHER})
    dana, li = (
        patiently(lambda name=name: desk.people.add(name, f"{name}@example.org", {PROJECT: every})) for name in "dl"
    )
    house: Any = SimpleNamespace(
        desk=desk,
        front=front,
        dana=dana.id,
        li=li.id,
        clock=SimpleNamespace(advance=lambda by: None, __call__=desk.now),
    )
    for number in range(count):
        case, advisory, at = ordered(house, number)
        os.write(1, f"{case} {advisory} {at.isoformat()}\n".encode())


def ordered(house: Any, number: int) -> tuple[str, str, datetime]:
    """One case from report to the order to publish."""
    from tests.desk import story
    from tocsin.core.case import commands as cmd
    from tocsin.core.intake import Report
    from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
    from tocsin.services import cases, publication
    from tocsin.services.ports.store import Conflict
    from tocsin.services.together import together

    given = Report(title=f"Problem number {number}", reproduce="Call it and look.", version="7.3.1")
    ref = patiently(lambda: story.report(house, given))
    advisory = f"WHPG-SA-2026-{number:05}"

    def act(command: cmd.Command, person: str = "") -> None:
        patiently(lambda: step(command, person))

    def step(command: cmd.Command, person: str) -> None:
        actor, other = (house.desk.people.actor(each, PROJECT) for each in (house.dana, house.li))
        if person == house.li:
            actor, other = other, actor
        done = together(house.desk, ref, command, actor, other)
        if isinstance(done, Refused) and done.code == "conflict":
            raise Conflict("another was quicker")
        assert not isinstance(done, Refused), done

    plan = "1. Fix.\n2. Release."
    words = cmd.Answer(text="We confirm it and are working on it.", plan=plan, workarounds="None known.")
    act(cmd.Investigate(effect="A crash.", criticality="All.", affected_versions="7.3", cwe=("CWE-125",)))
    act(cmd.Accept(advisory_id=advisory, answer=words))
    act(cmd.SetScore(vector=story.VECTOR))
    act(cmd.SetLines(lines=story.LINES))
    act(cmd.SetFix(author=house.dana, reference="private/fix"))
    act(cmd.ConfirmFix(note="all tests"), person=house.li)
    act(story.DRAFT)

    def publish() -> datetime:
        opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "publish")
        assert opened
        if opened.case.ordered_digest and opened.case.ordered_at:
            return opened.case.ordered_at
        at = house.desk.now() + timedelta(seconds=ARMED)
        seen = publication.preview(house.desk, opened)
        assert not seen.problems, seen.problems
        step(cmd.Publish(confirmation=opened.case.advisory_id, digest=seen.digest, at=at), "")
        return at

    return ref, advisory, patiently(publish)


if __name__ == "__main__":
    main(int(sys.argv[1]))
