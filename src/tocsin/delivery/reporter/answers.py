# SPDX-License-Identifier: Apache-2.0
"""What was typed into the report form, and the report made of it.

Between form, check page and sending, the answers travel in one hidden field, packed so that not a byte changes on the
way: browsers rewrite line ends and drop NUL in ordinary fields. It is the reporter's own text in the reporter's own
browser, so it is not sealed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from typing import TypeVar

import msgspec
from django.http import QueryDict

from tocsin.core.intake import Attachment, CreditWish, Identity, Report
from tocsin.core.severity.surface import AttackSurface, Effect, Login, Reach, spell
from tocsin.core.vocabulary import ReportKind, Value
from tocsin.delivery.reporter.questions import PLANS, TOOLS

Word = TypeVar("Word", bound=StrEnum)


class Answers(Value):
    """The form's fields under their own names; what was not answered is empty."""

    kind: str = ReportKind.FOUND.value
    title: str = ""
    reproduce: str = ""
    version: str = ""
    effects: str = ""
    attack_surface: str = ""
    reach: str = ""
    login: str = ""
    needs_victim: str = ""
    read: str = ""
    change: str = ""
    stop: str = ""
    dependencies: str = ""
    name: str = ""
    affiliation: str = ""
    contact: str = ""
    credit: str = CreditWish.NONE.value
    credit_as: str = ""
    tools: str = ""
    plans: str = ""
    plans_when: str = ""

    def pack(self) -> str:
        """Pack into text that any form field carries unchanged."""
        return urlsafe_b64encode(msgspec.msgpack.encode(self)).decode("ascii")


def from_post(post: QueryDict) -> Answers:
    """Read the answers from a form: from its fields, or from the packed field where it has that."""
    if packed := post.get("answers"):
        found = unpack(packed)
        if found is not None:
            return found
    return Answers(**{field: lines(str(post[field])) for field in Answers.__struct_fields__ if field in post})


def lines(text: str) -> str:
    """End lines as the person did who typed them: forms send every end as CR LF (HTML, form submission)."""
    return text.replace("\r\n", "\n")


def unpack(packed: str) -> Answers | None:
    """Unpack what `pack` made; None for anything else."""
    try:
        return msgspec.msgpack.decode(urlsafe_b64decode(packed.encode("ascii", "replace")), type=Answers)
    except ValueError:  # no base64, no msgpack, no UTF-8, no answers
        return None


def report(answers: Answers, files: tuple[Attachment, ...]) -> Report:
    """Return the report; an answer that was not offered counts as none."""
    return Report(
        kind=_one_of(ReportKind, answers.kind) or ReportKind.FOUND,
        title=answers.title,
        reproduce=answers.reproduce,
        version=answers.version,
        effects=answers.effects,
        attack_surface=answers.attack_surface,
        surface=spell(attack_surface(answers)),
        dependencies=answers.dependencies,
        identity=Identity(
            name=answers.name,
            affiliation=answers.affiliation,
            contact=answers.contact,
            credit=_one_of(CreditWish, answers.credit) or CreditWish.NONE,
            credit_as=answers.credit_as,
        ),
        tool_use=TOOLS.answer(answers.tools),
        disclosure_plans=plans(answers),
        attachments=files,
    )


def attack_surface(answers: Answers) -> AttackSurface:
    """Return the attack-surface answers as the scoring table reads them."""
    return AttackSurface(
        reach=_one_of(Reach, answers.reach),
        login=_one_of(Login, answers.login),
        needs_victim={"yes": True, "no": False}.get(answers.needs_victim),
        read=_one_of(Effect, answers.read),
        change=_one_of(Effect, answers.change),
        stop=_one_of(Effect, answers.stop),
    )


def plans(answers: Answers) -> str:
    """Return the plans to publish in words."""
    chosen, when = PLANS.answer(answers.plans), answers.plans_when.strip()
    return f"{chosen}: {when}" if chosen and when else chosen or when


def _one_of(words: type[Word], value: str) -> Word | None:
    return words(value) if value and value in {word.value for word in words} else None
