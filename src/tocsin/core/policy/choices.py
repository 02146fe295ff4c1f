# SPDX-License-Identifier: Apache-2.0
"""The choices a document leaves to people: each with its question, the line that raises it, and a proposal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.reading import Reading


class Choice(Value):
    """One question. `path` is the value it sets, `proposal` a common answer; `line` is 0 when no line asks."""

    path: str
    question: str
    line: int = 0
    proposal: Any = None


UNNAMED: Final = "This project"
"""What a project is called that its document never names."""

_PROPOSED: Final = {
    "sla.first_feedback": ("within", "3 business days"),
    "sla.conversation": ("within", "3 business days"),
    "sla.acknowledgement": ("within", "1 business day"),
    "sla.assessment": ("within", "10 business days"),
    "sla.fix": ("within", "90 days"),
    "sla.updates": ("every", "7 days"),
}


def slug(name: str) -> str:
    """Make a project's id of its name."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:39] or "project"
    return made if made[0].isalpha() else f"p-{made}"[:39]


def initials(name: str) -> str:
    """Make the letters that a project's cases begin with of its name."""
    letters = re.findall(r"[A-Z]|(?:(?<=[^A-Za-z])|^)[a-z]", name)
    made = "".join(letters).upper()[:6] if len(letters) > 1 else re.sub(r"[^A-Z0-9]", "", name.upper())[:4]
    return made if len(made) > 1 and made[0].isalpha() else "PRJ"


def choices(policy: dict[str, Any], reading: Reading) -> tuple[Choice, ...]:
    """List what people have to choose before the policy can run."""
    return (
        *_names(policy),
        *_numbers(policy, reading),
        *_channels(policy, reading),
        *_versions(policy),
        *_rest(policy, reading),
    )


def _names(policy: dict[str, Any]) -> Iterator[Choice]:
    project = policy["project"]
    if project["name"] == UNNAMED or project.get("called") == "this project":
        yield Choice(path="project.name", question="What is the project called?", proposal=project["name"])
    yield Choice(path="project.prefix", question="Which letters begin a case's name?", proposal=project["prefix"])


def _numbers(policy: dict[str, Any], reading: Reading) -> Iterator[Choice]:
    """A promise in words only, and promises that are missing."""
    sla = policy.get("sla", {})
    for path, (leaf, proposal) in _PROPOSED.items():
        said = reading.of(f"{path}.said")
        stated = sla.get(path.removeprefix("sla."), {})
        if said and leaf not in stated:
            question = f'The document says "{said[0].value}". How long is that?'
            yield Choice(path=f"{path}.{leaf}", question=question, line=said[0].line, proposal=proposal)
    if not any(name in sla for name in ("first_feedback", "acknowledgement")):
        question = "Within which time does a person answer a report?"
        yield Choice(path="sla.first_feedback.within", question=question, proposal="3 business days")
    disclosure = policy.get("disclosure", {})
    if "max" not in disclosure:
        said = reading.of("disclosure.said")
        asked = f'The document says "{said[0].value}".' if said else "The document gives no maximum."
        question = f"{asked} How long may a matter stay private?"
        proposal = "28 days" if said else "90 days"
        yield Choice(path="disclosure.max", question=question, line=said[0].line if said else 0, proposal=proposal)
    if sla and "calendar" not in sla:
        calendar = {"days": "mon-fri", "tz": "UTC", "holidays": []}
        question = "Which days are working days, in which zone, with which holidays?"
        yield Choice(path="sla.calendar", question=question, proposal=calendar)


def _channels(policy: dict[str, Any], reading: Reading) -> Iterator[Choice]:
    doors = policy.get("intake", {}).get("channel", [])
    listed = reading.of("intake.channel")
    maintainers = next((each for each in listed if each.value.get("kind") == "maintainers"), None)
    if not any(door["kind"] in ("email", "platform", "web") and not door.get("may_be_absent") for door in doors):
        question = "To which address can a report always be sent?"
        line = maintainers.line if maintainers else 0
        proposal = {"kind": "email", "address": "security@..."}
        yield Choice(path="intake.channel", question=question, line=line, proposal=proposal)
    for door in doors:
        if door.get("encryption") in ("encouraged", "required") and "key" not in door:
            asked = next((each.line for each in reading.of("intake.channel.encryption")), 0)
            yield Choice(path="intake.channel.key", question="Where is the key for encrypted mail?", line=asked)
            break


def _versions(policy: dict[str, Any]) -> Iterator[Choice]:
    versions = policy.get("versions", {})
    if "supported" not in versions and "line" not in versions:
        proposal = {"rule": "latest-minors", "count": 3}
        yield Choice(path="versions.supported", question="Which release lines get security fixes?", proposal=proposal)


def _rest(policy: dict[str, Any], reading: Reading) -> Iterator[Choice]:
    reject = policy.get("assess", {}).get("reject")
    if reject is not None and "min_chars" not in reject:
        line = next((each.line for each in reading.of("assess.reject.reason")), 0)
        question = "How many characters make a rejection's reason detailed?"
        yield Choice(path="assess.reject.min_chars", question=question, line=line, proposal=120)
    if "sla" in policy:
        steps = [{"at": "50%", "to": "lead"}, {"at": "100%", "to": "all-maintainers"}]
        yield Choice(path="sla.escalation.steps", question="Who is told when nobody answers?", proposal=steps)
