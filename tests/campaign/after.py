# SPDX-License-Identifier: Apache-2.0
"""The same case, published and after: what goes out by mail, hook, calendar and feed lies below `home` then.

The advisory is written anew from words that are no secret; nothing else of the case may come out with it. Run as a
process of its own: `python -m tests.campaign.after CASE HOME [--leaking]`. `--leaking` is what must not go unnoticed:
the words of the case are published as they stand in its draft.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from msgspec import structs

from tests.campaign.life import PROJECT
from tocsin.services.ports.http import Answer


class Receiver:
    """The other end of a webhook: keeps what it is sent."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, method: str, url: str, *, headers: Any = (), body: bytes = b"", **more: Any) -> Answer:
        """Keep, and say that it is well."""
        with self.file.open("ab") as file:
            file.write(b"%s\n%s\n%s\n" % (url.encode(), repr(dict(headers)).encode(), body))
        return Answer(status=204)


def main(case: str, home: Path, *more: str) -> None:  # noqa: PLR0915  (one life, told in order)
    """Publish, answer, close, and write down what others are told."""
    from dataclasses import replace

    from tests.desk import story
    from tocsin.boot.main import open_desk
    from tocsin.core.case import commands as cmd
    from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
    from tocsin.services import cases, publication, worker
    from tocsin.services.hooks import deliveries, endpoints
    from tocsin.services.post import sending
    from tocsin.services.together import together

    desk = open_desk()
    desk = replace(desk, outside=replace(desk.outside, http=Receiver(home / "hooks")))
    people = [one.id for one, _ in desk.people.members(PROJECT)]
    one, other = (desk.people.actor(each, PROJECT) for each in people[:2])
    assert one
    assert other
    made = endpoints.add(desk, PROJECT, "https://hooks.example.org/in", (), one.id)
    assert not isinstance(made, Refused), made

    def act(command: cmd.Command, by: Any = one, then: Any = other) -> None:
        done = together(desk, case, command, by, then)
        assert not isinstance(done, Refused), (command, done)
        settle()

    def settle() -> None:
        while not worker.run_once(desk).idle:
            pass
        sending.drain(desk)
        deliveries.drain(desk)

    act(cmd.SetLines(lines=story.LINES))
    act(cmd.ConfirmFix(note="All regression tests."), other, one)
    if "--leaking" not in more:
        act(structs.replace(story.DRAFT, credits=()))
    told(desk, one.id, home, "before")
    opened = cases.open_case(desk, case, SYSTEM_ACTOR, "test")
    assert opened
    seen = publication.preview(desk, opened)
    assert not seen.problems, seen.problems
    act(cmd.Publish(confirmation=opened.case.advisory_id, digest=seen.digest))
    settle()
    told(desk, one.id, home, "after")
    opened = cases.open_case(desk, case, SYSTEM_ACTOR, "test")
    assert opened
    assert opened.case.published_at, "it is published"


def told(desk: Any, person: str, home: Path, when: str) -> None:
    """Calendar, measures and log, as they are given out."""
    from tocsin.delivery import ics
    from tocsin.services import logbook
    from tocsin.services.queries import calendar, metrics

    entries = calendar.entries(desk, person)
    (home / f"calendar-{when}").write_bytes(
        ics.render(entries, desk.site.desk_url, "example.org", desk.now(), quiet=False)
    )
    found = metrics.of_person(desk, person)
    (home / f"measures-{when}").write_text(metrics.as_openmetrics(found) + metrics.as_csv(found))
    (home / f"log-{when}").write_text(str(logbook.export(desk)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
