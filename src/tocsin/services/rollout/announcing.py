# SPDX-License-Identifier: Apache-2.0
"""Tells those who asked, once an advisory is published, reminds those who wanted that, and counts what they said.

The words are made from the published record. Each letter has its own links and a header by which mail programs offer to
leave the list with one click (RFC 8058). A letter's id is made of the advisory's revision and the subscriber, so a
repeat sends nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.core.disclosure import Cleared
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.policy.model import Policy
from tocsin.core.publication import Stage, Wanted
from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.hooks import deliveries
from tocsin.services.ports.shelf import ShelfCard
from tocsin.services.ports.targets import Found, Matter, Payload
from tocsin.services.post import letters
from tocsin.services.post.letters import Fixed, Wish
from tocsin.services.rollout import door
from tocsin.services.rollout.door import Person
from tocsin.services.rollout.subscribers import Subscriber, matching

REMIND_AFTER: Final = timedelta(days=7)
REMIND_UNTIL: Final = timedelta(days=30)
_ME: Final = "{me}"
_LEAVE: Final = "{leave}"


def lines_of(advisory: Advisory) -> frozenset[str]:
    """The release lines that an advisory is about."""
    return advisory.concerned_lines


def words(advisory: Advisory, reminder: bool = False) -> Fixed:
    """The letter, with places for the links of whoever gets it."""
    score = advisory.authoritative
    severity = f" ({score.severity.rating.value} {score.severity.base})" if score else ""
    fixed = "\n".join(f"  {each.name}: update to {', '.join(each.fixed_versions)}" for each in advisory.products
                      if each.fixed_versions)  # fmt: skip
    first = "A week ago we wrote about this; we have not heard how far you are.\n\n" if reminder else ""
    again = "Reminder: " if reminder else ""
    text = (
        f"{first}{advisory.title}{severity}\n\n{advisory.summary}\n\n"
        f"{fixed or '  No release with the fix yet; the advisory says what to do until then.'}\n\n"
        f"Everything about it: {advisory.urls.page}\n\n"
        f"Tell us how far you are, if you like; it helps to know who still needs help:\n{_ME}\n\n"
        f"-- \nYou asked for this. Leave the list: {_LEAVE}\n"
    )
    return Fixed(subject=f"{again}{advisory.project.name} security: {advisory.id}", text=text, flowed=False)


def addressed(desk: Desk, project: ProjectId, who: Kept[Subscriber], letter: Fixed, advisory: str) -> Fixed:
    """A letter with the links of one subscriber."""
    until, base = desk.now() + door.LONG, desk.site.public_url
    leave = desk.tokens.seal(Person(id=who.id), f"{door.LEFT}/{project}", until)
    me = desk.tokens.seal(Person(id=who.id, advisory=advisory), f"{door.SAID}/{project}", until)
    out = door.link(desk.tokens, base, project, "subscribe/leave", leave)
    said = door.link(desk.tokens, base, project, "updated", me)
    headers = (
        ("List-Id", f"<advisories.{project}.{desk.post.host}>"),  # RFC 2919
        ("List-Archive", f"<{base}/p/{project}/advisories/>"),  # RFC 2369
        ("List-Unsubscribe", f"<{out}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),  # RFC 8058
    )
    text = letter.text.replace(_ME, said).replace(_LEAVE, out)
    return msgspec.structs.replace(letter, text=text, headers=headers)


def about(advisory: str, revision: int) -> str:
    """What a letter is about, for its id."""
    return "adv" + hashlib.sha256(f"{advisory}/{revision}".encode()).hexdigest()[:24]


def announce(desk: Desk, project: ProjectId, advisory: Advisory, revision: int) -> int:
    """Queue letters and webhooks for everybody who wants to know; returns how many are new."""
    letter, found = words(advisory), matching(desk, project, lines_of(advisory))
    kind = "advisory.published" if revision <= 1 else "advisory.updated"
    data = {"project": project, "advisory": advisory.id, "revision": str(revision), "url": advisory.urls.page}
    told = deliveries.tell_public(
        desk, project, kind, data, desk.now(), f"{advisory.id}/{revision}",
        frozenset(each.value.endpoint for each in found),
    )  # fmt: skip
    return told + _queue(desk, project, found, letter, advisory.id, about(advisory.id, revision))


def _queue(
    desk: Desk, project: ProjectId, found: Sequence[Kept[Subscriber]], letter: Fixed, advisory: str, name: str
) -> int:
    now = desk.now()
    return letters.queue(
        desk,
        project,
        (
            Wish(
                id=letters.letter_id(desk, name, 0, each.id),
                to=Mailbox(address=each.value.wish.to),
                letter=addressed(desk, project, each, letter, advisory),
                due_at=now,
            )
            for each in found
            if not each.value.wish.is_hook
        ),
    )


def remind(desk: Desk) -> int:
    """Remind, once, those who asked for it and said nothing within a week. Returns how many letters are new."""
    sent = 0
    for project in desk.projects.all():
        for card in desk.shelf.cards(project.id, None, 50):
            if not REMIND_AFTER <= desk.now() - card.published_at <= REMIND_UNTIL:
                continue
            record = desk.shelf.document(card.id, "record")
            if record is None:
                continue
            advisory = msgspec.json.decode(record.body, type=Advisory)
            found = silent(desk, project.id, card, advisory)
            sent += _queue(desk, project.id, found, words(advisory, reminder=True), card.id, f"{about(card.id, 0)}r")
    return sent


def silent(desk: Desk, project: ProjectId, card: ShelfCard, advisory: Advisory) -> list[Kept[Subscriber]]:
    """Those who want a reminder, were told of an advisory, and said nothing or “not yet”."""
    return [
        each
        for each in matching(desk, project, lines_of(advisory))
        if each.value.wish.remind
        and each.value.since <= card.published_at
        and each.value.said.get(card.id, ("not-yet", None))[0] == "not-yet"
    ]


class Exposure(msgspec.Struct, frozen=True):
    """What subscribers of one line (or of all, "") said of themselves about an advisory."""

    line: str
    told: int
    updated: int
    not_affected: int
    not_yet: int

    @property
    def silent(self) -> int:
        """Those who said nothing."""
        return self.told - self.updated - self.not_affected - self.not_yet


def exposure(desk: Desk, project: ProjectId, advisory: Advisory, until: datetime | None = None) -> tuple[Exposure, ...]:
    """Count by line, then all of them; only what people said, and nobody by name."""
    lines = sorted(lines_of(advisory))
    found = matching(desk, project, lines_of(advisory))
    return tuple(_counted(found, line, advisory.id, until) for line in (*lines, ""))


def _counted(found: Sequence[Kept[Subscriber]], line: str, advisory: str, until: datetime | None) -> Exposure:
    those = [each for each in found if not line or not each.value.wish.lines or line in each.value.wish.lines]
    said = Counter(answer for each in those for answer in _answers(each.value, advisory, until))
    return Exposure(
        line=line,
        told=len(those),
        updated=said["updated"],
        not_affected=said["not-affected"],
        not_yet=said["not-yet"],
    )


def _answers(who: Subscriber, advisory: str, until: datetime | None) -> Iterator[str]:
    answer, at = who.said.get(advisory, ("", None))
    if answer and (until is None or at is None or at <= until):
        yield answer


@dataclass(frozen=True)
class Subscribers:
    """The people on the list, as a place where an advisory becomes visible."""

    desk: Desk
    kind: str = "subscribers"
    stage: Stage = Stage.PEOPLE
    blind: bool = False

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where anybody asked to be told."""
        anybody = self.desk.outside.records.count("subscriber", policy.project.id)
        return (Wanted(kind=self.kind, stage=self.stage, key=advisory.id),) if anybody else ()

    def preview(self, matter: Matter) -> Payload:
        """The words; each letter has its own links besides."""
        letter = words(matter.advisory)
        body = f"Subject: {letter.subject}\n\n{letter.text}".encode()
        return Payload(key=matter.advisory.id, media_type="text/plain", body=body, about="each with its own links")

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Nothing is looked for: a letter is queued once, whoever asks."""
        return None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Queue a letter or a delivery for each."""
        announce(self.desk, matter.project, cleared.advisory, matter.revision)
        return Found(where="the queue", same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """The queue is ours."""
        return Found(where="the queue", same=True)
