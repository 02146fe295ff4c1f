# SPDX-License-Identifier: Apache-2.0
"""Announcements to mailing lists (S60): one mail for each list that the policy names, by that list's rules.

What is shown before is the mail but for its signature, which bears its own time. A list cannot be asked what it holds:
where the server's last answer did not come, a person looks into the archive, and nothing is sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.core.advisory.model import Advisory
from tocsin.core.disclosure import Cleared
from tocsin.core.mail_out.announce import Announcement
from tocsin.core.mail_out.lists import rules
from tocsin.core.policy.model import Policy, PublishKind
from tocsin.core.publication import Stage, Wanted
from tocsin.core.publication.plan import channels
from tocsin.core.vocabulary import Refused
from tocsin.services.app import Desk
from tocsin.services.ports.mail_out import Fate
from tocsin.services.ports.targets import Found, Matter, Payload, Rejected, Trouble
from tocsin.services.post import lists

KINDS: Final = (PublishKind.OSS_SECURITY, PublishKind.MAILING_LIST)
MEDIA_TYPE: Final = "message/rfc822"


@dataclass(frozen=True)
class Lists:
    """One kind of list: oss-security, or a project's own."""

    desk: Desk
    of: PublishKind
    stage: Stage = Stage.LISTS
    blind: bool = True

    @property
    def kind(self) -> str:
        """The policy's word for it."""
        return self.of.value

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where the policy names it."""
        return channels(policy, self.of)

    def preview(self, matter: Matter) -> Payload:
        """The mail as it leaves, but for the signature."""
        made = self._drafted(matter)
        about = f"a mail to {made.mail.to.address}, by the rules of {made.rules.name}"
        return Payload(key=made.mail.id, media_type=MEDIA_TYPE, body=lists.unsigned(made), about=about)

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Nobody can ask."""
        return None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Sign it and hand it over."""
        made = self._drafted(matter)
        if lists.unsigned(made) != payload.body:
            raise Rejected("the mail is not the one that was approved: the sender or the list's rules changed")
        try:
            done = lists.send(self.desk, matter.project, made)
        except OSError as error:
            raise Trouble(str(error)) from None
        if isinstance(done, Refused):
            raise Rejected(done.because)
        if done.fate is Fate.LATER:
            raise Trouble(f"the mail server answers {done.code or 'nothing'}")
        if done.fate is not Fate.SENT:
            what = (
                f"answers {done.code}" if done.code else "did not say whether it took the mail: look into the archive"
            )
            raise Rejected(f"the mail server {what}")
        return Found(where=f"{made.mail.to.address} <{made.mail.id}>", same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """What the server took is taken at its word."""
        return Found(where=payload.key, same=True)

    def _drafted(self, matter: Matter) -> Announcement:
        own = rules("oss-security").address if self.of is PublishKind.OSS_SECURITY else ""
        at = matter.advisory.modified or matter.advisory.published
        if at is None:
            raise Rejected("the advisory bears no date yet")
        made = lists.drafted(self.desk, matter.project, matter.advisory, matter.to or own, at)
        if isinstance(made, Refused):
            raise Rejected(made.because)
        return made
