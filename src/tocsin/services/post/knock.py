# SPDX-License-Identifier: Apache-2.0
"""Knock at the mail door: a letter to the project's mailbox, by the way that everybody's letters take.

It goes out through the mail server of the settings and comes in again as a finder's would, through every relay and
filter between. The case exists once the worker has taken the letter up; until then it is known by its Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tocsin.core.mail_out import compose, ids
from tocsin.core.mail_out.model import Mail, Mailbox
from tocsin.core.policy.model import ChannelKind
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.mail_out import Fate, Outgoing
from tocsin.services.ports.world import Projects
from tocsin.services.post.room import Post

WRITER = "canary"
"""Local part of the address that canaries are written from; it should be a mailbox that nobody has to read."""


@dataclass(frozen=True)
class MailKnock:
    """The mailbox that a project's policy names."""

    post: Post
    projects: Projects
    now: Callable[[], datetime]
    mint: Callable[[str], str]
    door: str = "mail"

    def opens(self, project: ProjectId) -> bool:
        """Whether the project takes reports by mail, and this installation can write to it."""
        return self.post.sends is not None and bool(self._address(project))

    def __call__(self, project: ProjectId, title: str, text: str) -> str:
        """Send a report; see `services.ports.knock`."""
        letter = ids.message_id(self.mint("cny").replace("_", "-"), self.post.host)
        sender = Mailbox(address=f"{WRITER}@{self.post.host}", name="Canary")
        to = Mailbox(address=self._address(project))
        mail = Mail(id=letter, date=self.now(), sender=sender, to=to, subject=title, text=text)
        if self.post.sends is None:
            raise OSError("no mail server is set up")
        with self.post.sends.session() as session:
            told = session.send(Outgoing(sender=sender.address, to=to.address, body=compose.clear(mail)))
        if told.fate not in (Fate.SENT, Fate.UNKNOWN):
            raise OSError(f"the mail server does not take a letter to {to.address}: {told.code}")
        return letter

    def _address(self, project: ProjectId) -> str:
        info = self.projects.get(project)
        policy = self.projects.policy(project, info.policy) if info else None
        channels = policy.intake.channel if policy and policy.intake else ()
        return next((each.address for each in channels if each.kind is ChannelKind.EMAIL and "@" in each.address), "")
