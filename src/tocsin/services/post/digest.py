# SPDX-License-Identifier: Apache-2.0
"""The daily mail: what waits for the team, at the hour that somebody chose on their own clock (`core.mail_out.quiet`).

It lists what the inbox lists, in the same order, and says how much mail is held. Without a key it has references and
due dates only; to somebody whose key is known it is encrypted, and has the titles.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tocsin.core.mail_out import quiet, words
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk
from tocsin.services.mail import reminding
from tocsin.services.ports.world import PersonInfo
from tocsin.services.post import letters, members
from tocsin.services.post.letters import Fixed, Wish
from tocsin.services.queries import inbox

MOST: Final = 50


def make(desk: Desk) -> int:
    """Queue the daily mails that are due; returns how many. Each day's is made once, and none where nothing waits."""
    if desk.post.sends is None:
        return 0
    made, seen = 0, set[str]()
    for info in desk.projects.all():
        for person, _ in desk.people.members(info.id):
            if person.id not in seen:
                seen.add(person.id)
                made += _one(desk, info.id, person)
    return made


def _one(desk: Desk, project: ProjectId, person: PersonInfo) -> int:
    member = members.member(desk, project, person.id)
    due = quiet.digest_due(member.wishes, desk.now())
    if due is None or (member.digest_of is not None and member.digest_of >= due):
        return 0
    made = letters.queue(desk, project, _letter(desk, person, due))
    members.digest_made(desk, person.id, due)
    return made


def _letter(desk: Desk, person: PersonInfo, due: datetime) -> list[Wish]:
    page = inbox.page(desk, person.id, tab="team", limit=MOST)
    held = reminding.waiting(desk.machine.facts.all(), page.projects)
    if not page.lines and not held:
        return []
    plain = [f"{line.case}  {line.phase}, {line.due or 'nothing due'}" for line in page.lines]
    inner = [f"{line.case}  {line.title}" for line in page.lines]
    more = "\n(and more)" if page.next else ""
    letters_wait = f"{words.mails_wait(held)}: {desk.site.desk_url}/mail" if held else ""
    letter = Fixed(
        subject=words.digest_subject(len(page.lines)),
        text="\n\n".join(filter(None, ("\n".join(plain) + more, letters_wait, f"{desk.site.desk_url}/inbox"))),
        inner="\n".join(inner),
        person=person.id,
        stamp=desk.people.stamp(person.id),
    )
    name = letters.letter_id(desk, f"digest-{due:%Y%m%d%H}", 0, person.id)
    return [Wish(id=name, to=Mailbox(address=person.email, name=person.name), letter=letter, due_at=desk.now())]
