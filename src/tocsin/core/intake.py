# SPDX-License-Identifier: Apache-2.0
"""What a report is made of, and what is wrong with one that cannot be taken.

The five content groups of the two source policies (S26-S31) in their order; three fields are required and nothing has
to be proven (S32). Text is kept as given, whatever it holds; making it inert is the business of whoever shows it.
Receiving bytes, sealing and counting uploads belong to the channels and the vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from tocsin.core.vocabulary import ReportKind, Value

MAX_TEXT_BYTES: Final = 1024 * 1024
"""All typed text of one report together, in UTF-8 bytes."""

MAX_TITLE: Final = 300
MAX_FILES: Final = 20
MAX_FILE_BYTES: Final = 50 * 1024 * 1024
MAX_REPORT_BYTES: Final = 200 * 1024 * 1024


class CreditWish(StrEnum):
    """How the finder wants to stand in the credits; published credits follow this and nothing else (S27)."""

    NONE = "none"
    NAME = "name"
    HANDLE = "handle"


class Identity(Value):
    """Who reports, as far as they want to say. Everything is optional; anonymity is the default."""

    name: str = ""
    affiliation: str = ""
    contact: str = ""
    credit: CreditWish = CreditWish.NONE
    credit_as: str = ""

    @property
    def credited(self) -> str:
        """Under which name they want to be thanked; "" for not at all (S27)."""
        return "" if self.credit is CreditWish.NONE else self.credit_as or self.name


def wishing(who: Identity, name: str) -> Identity:
    """Return `who` with another wish for the credits; "" for not to be named."""
    wish = CreditWish.HANDLE if name != who.name else CreditWish.NAME
    return replace(who, credit=wish if name else CreditWish.NONE, credit_as=name)


class Attachment(Value):
    """One sealed file: where it lies, the key that opens it, and what its sender called it. Never rendered inline."""

    blob: str
    key: bytes
    name: str
    size: int
    sha256: str
    media_type: str = ""


class Letter(Value):
    """What is kept of a mail beside its words: whose it says it is, what is proven about that, and the message whole.

    `proof` says it in a few words for people, `proven` whether the domain of `sender` stands behind it (DMARC); the
    sender of what was `forwarded_by` somebody is proven by nobody. `thread` are the ids of messages it belongs after;
    `answerable` says that the machine may write to the sender by itself, `arrival` under which id it was kept.
    """

    sender: str
    name: str = ""
    subject: str = ""
    message_id: str = ""
    thread: tuple[str, ...] = ()
    proof: str = ""
    proven: bool = False
    forwarded_by: str = ""
    opened: bool = False
    answerable: bool = False
    arrival: str = ""
    raw: Attachment | None = None


class Report(Value, kw_only=True):
    """One report as its finder wrote it. `surface` holds the structured attack-surface answers (S30)."""

    kind: ReportKind = ReportKind.FOUND
    title: str
    reproduce: str
    version: str
    effects: str = ""
    attack_surface: str = ""
    surface: tuple[str, ...] = ()
    dependencies: str = ""
    identity: Identity = Identity()
    tool_use: str = ""
    disclosure_plans: str = ""
    attachments: tuple[Attachment, ...] = ()
    channel: str = "web"
    letter: Letter | None = None


class FieldError(Value):
    """One thing to mend, beside its field: `field` is the form's id, `message` says what to do."""

    field: str
    message: str


REQUIRED: Final[Mapping[str, str]] = {
    "title": "Give the problem a title, in a few words.",
    "reproduce": "Say how we can make it happen. Two sentences are enough to start.",
    "version": "Name the version or commit you looked at, or write “unknown”.",
}


def text_bytes(report: Report) -> int:
    """Count the UTF-8 bytes of everything typed in a report."""
    who = report.identity
    typed = (
        report.title, report.reproduce, report.version, report.effects, report.attack_surface, report.dependencies,
        report.tool_use, report.disclosure_plans, who.name, who.affiliation, who.contact, who.credit_as,
    )  # fmt: skip
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in typed)


def problems(report: Report) -> tuple[FieldError, ...]:
    """List what keeps a report from being taken, in the order of the form; empty when it can be.

    A poor title or a missing detail is never a problem here: it becomes a question from a person (S14, S32).
    """
    found = [
        FieldError(field=field, message=message)
        for field, message in REQUIRED.items()
        if not str(getattr(report, field)).strip()
    ]
    if len(report.title) > MAX_TITLE:
        found.append(
            FieldError(field="title", message=f"Shorten the title to {MAX_TITLE} characters; details go below.")
        )
    if text_bytes(report) > MAX_TEXT_BYTES:
        found.append(FieldError(field="reproduce", message="The text is over 1 MiB; attach the long part as a file."))
    if len(report.attachments) > MAX_FILES:
        found.append(FieldError(field="files", message=f"At most {MAX_FILES} files; put the rest in one archive."))
    if sum(file.size for file in report.attachments) > MAX_REPORT_BYTES:
        found.append(FieldError(field="files", message="The files are over 200 MiB together; send the rest later."))
    return tuple(found)


CONTENT_GROUPS: Final = ("title", "identity", "reproduce", "effects", "attack_surface", "dependencies")
"""The policies' “Proposed Report Content”, in their order (S26-S31)."""


def completeness(report: Report) -> tuple[str, ...]:
    """Name the content groups that a report answers, for the bar in the inbox (S14). Identity is not counted: S27."""
    answered = {
        "title": len(report.title.split()) > 1,
        "reproduce": len(report.reproduce.split()) > 4,
        "effects": bool(report.effects.strip()),
        "attack_surface": bool(report.attack_surface.strip() or report.surface),
        "dependencies": bool(report.dependencies.strip()),
    }
    return tuple(group for group in CONTENT_GROUPS if answered.get(group))


_ASKED: Final[Mapping[str, str]] = {
    "reproduce": (
        "Could you tell us, step by step, how to make it happen: what you ran, what you saw, and what you expected?"
    ),
    "effects": (
        "Could you tell us what happens to somebody it is used against, and on which hardware and software you saw it?"
    ),
    "attack_surface": (
        "Could you tell us who could use it: from where, with which rights, and what somebody has to do for it to work?"
    ),
    "dependencies": "Could you tell us which other software was involved, with its versions?",
    "title": "In one sentence: what is the problem about?",
}
"""What to ask for first when a group is missing: what it takes to reproduce the matter, then what it means."""


def next_question(report: Report) -> str:
    """Draft the question about the most useful content group that a report leaves open; "" when none is.

    A draft only: a person edits and sends it, and a case goes on without an answer (S14, S32).
    """
    answered = completeness(report)
    return next((question for group, question in _ASKED.items() if group not in answered), "")
