# SPDX-License-Identifier: Apache-2.0
"""The mail that an advisory becomes for one list, by that list's rules; the bytes are `compose`'s.

The text is the advisory's own text format: nothing is said to a list that the page does not say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats import text, words
from tocsin.core.mail_out.lists import ListRules
from tocsin.core.mail_out.model import Automatic, Mail, Mailbox
from tocsin.core.vocabulary import Refused, Value, utc

LONGEST_SUBJECT: Final = 150


EMBARGO: Final = """\
PRIVATE to: {list}
UNDER EMBARGO until {ends:%Y-%m-%d %H:%M} UTC, when we publish.
Until then please speak of it nowhere else, and publish no fix."""


class Announcement(Value):
    """A mail for a list and how it is signed: within its text, beside it, or not at all."""

    mail: Mail
    rules: ListRules

    @property
    def clear_signed(self) -> bool:
        """Whether the signature stands within the text."""
        return self.rules.signature == "inline"


def announcement(
    advisory: Advisory,
    rules: ListRules,
    to: str,
    sender: Mailbox,
    mail_id: str,
    at: datetime,
    ends_at: datetime | None = None,
) -> Announcement:
    """The mail to the list at `to`, dated `at`. The text is fixed, never flowed: what is signed must not be joined. A
    list that is told before learns until when it keeps quiet (`ends_at`)."""
    said, told = subject(advisory, rules), text.render(advisory).decode()
    if rules.embargoed and ends_at is not None:
        told = f"{EMBARGO.format(ends=utc(ends_at), list=rules.name)}\n\n{told}"
    mail = Mail(
        id=mail_id,
        date=at,
        sender=sender,
        to=Mailbox(address=to or rules.address),
        subject=rules.outside.format(project=advisory.project.name) if rules.encrypt else said,
        inner_subject=said if rules.encrypt else "",
        text=told,
        flowed=False,
        automatic=Automatic.NO,
    )
    return Announcement(mail=mail, rules=rules)


def subject(advisory: Advisory, rules: ListRules) -> str:
    """The subject in the list's form, at most 150 characters."""
    summary = " ".join(words.visible(advisory.title).split())
    name = advisory.project.name
    cve = advisory.cve_id or advisory.id
    written = rules.subject.format(project=name, id=advisory.id, cve=cve, summary=summary)
    # Without a CVE id, `X (X)` would say the same thing twice.
    written = written.replace(f"{advisory.id} ({advisory.id})", advisory.id)
    return written if len(written) <= LONGEST_SUBJECT else f"{written[: LONGEST_SUBJECT - 1]}…"


def problems(
    advisory: Advisory, rules: ListRules, now: datetime, ends_at: datetime | None, *, files: bool = False
) -> Refused | None:
    """Refuse what the list does not take: what is not public yet, or what is, or for too long (`ends_at`: when the
    embargo ends), or files; None where nothing is in the way."""
    because = ""
    if files and not rules.attachments:
        because = f"{rules.name} takes no attachments"
    elif rules.embargoed and (ends_at is None or ends_at <= now):
        because = f"{rules.name} takes only what is not public yet and says when it will be"
    elif rules.embargoed and ends_at is not None and ends_at - now > timedelta(days=rules.max_days):
        because = f"{rules.name} takes an embargo of at most {rules.max_days} days; this one ends on {ends_at:%d %B}"
    elif not rules.embargoed and (advisory.tlp.value != "clear" or (ends_at is not None and ends_at > now)):
        because = f"{rules.name} is public: nothing is sent there before the embargo ends"
    return Refused(code="list-rules", because=f"{because}.", rule=rules.source) if because else None
