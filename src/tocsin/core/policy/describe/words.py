# SPDX-License-Identifier: Apache-2.0
"""The words of the report form: what somebody reads before they trust a project with a report (S68, UX 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.policy.clause import Section
from tocsin.core.policy.clauses import sentences
from tocsin.core.policy.describe.security_md import ask
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from tocsin.core.policy.model import Policy


class Question(Value):
    """One field of the form with the policy's own sentence."""

    id: str
    ask: str
    words: str


class IntakeWords(Value):
    """`promise` is what the project promises, `posture` what it says of defaults, `elsewhere` where other bugs go."""

    title: str
    promise: tuple[str, ...]
    posture: tuple[str, ...]
    elsewhere: str
    questions: tuple[Question, ...]


def intake_words(policy: Policy) -> IntakeWords:
    """Gather the words of the form from the clauses."""
    said = sentences(policy)
    fields = policy.intake.field if policy.intake else ()
    label = policy.intake.subject_label if policy.intake else ""
    return IntakeWords(
        title=f"Report a vulnerability in {policy.project.name or voice(policy).called}",
        promise=tuple(each.text for each in said if each.rule.startswith("sla.") and each.section is Section.REPORTING),
        posture=tuple(each.text for each in said if each.rule.startswith("assess.posture.")),
        elsewhere=next((each.text for each in said if each.rule == "intake.not_security.redirect"), ""),
        questions=tuple(
            Question(
                id=field.id,
                ask=field.ask,
                words=(label or "Descriptive title") if field.id == "title" else ask(policy, field),
            )
            for field in fields
        ),
    )
