# SPDX-License-Identifier: Apache-2.0
"""Words to start an answer from: one template for each class of rejection, and for what a first answer has to hold.

Each is bound to the clause it serves and filled from policy and case. Each leaves at least one blank, written
`[like this]`, that only a person who has read the report can fill. `untouched` says why a text must not go yet: it is
the template itself, or a blank of it still stands there. A rejection asks, by whichever door it comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Refused, RejectionClass, Value

PLAN: Final = "plan"
WORKAROUNDS: Final = "workarounds"
_BLANK: Final = re.compile(r"\[[^\[\]\n]{3,80}\]")


class Template(Value):
    """Words to start from, and the rule of the policy that they keep."""

    name: str
    rule: str
    text: str

    @property
    def blanks(self) -> tuple[str, ...]:
        """What a person has to fill in."""
        return tuple(_BLANK.findall(self.text))


def templates(policy: Policy, case: Case) -> tuple[Template, ...]:
    """Every template, filled from the policy and the case."""
    appeal = policy.assess is None or policy.assess.reject is None or policy.assess.reject.appeal
    end = "\n\nIf you see it differently, answer here: somebody else then looks at it again." if appeal else ""
    reasons = tuple(
        Template(name=kind.value, rule="assess.reject.reason", text=write(policy, case) + end)
        for kind, write in _REASONS.items()
    )
    version = _named(case.report.version)
    plan = (
        f"1. We reproduce it on {version}.\n2. We look at [which part of the code], and at every supported line.\n"
        "3. We prepare a fix and agree with you on a date for disclosure."
    )
    meanwhile = case.workarounds or case.mitigation or "None is known yet; [what could be turned off or filtered]."
    return (
        Template(name=PLAN, rule="sla.first_feedback.contains", text=plan),
        Template(name=WORKAROUNDS, rule="sla.first_feedback.contains", text=meanwhile),
        *reasons,
    )


def template(policy: Policy, case: Case, name: str) -> Template | None:
    """One template by its name."""
    return next((each for each in templates(policy, case) if each.name == name), None)


NAMES: Final = (PLAN, WORKAROUNDS, *(each.value for each in RejectionClass))


def untouched(found: Template, text: str) -> Refused | None:
    """Say why a text must not go yet: nobody has written anything of their own, or a blank is left."""
    if " ".join(text.split()) == " ".join(found.text.split()):
        because = "These are the words to start from. Say what you found, in words of your own."
        return Refused(code="untouched", because=because, rule=found.rule, missing=found.blanks)
    left = tuple(each for each in found.blanks if each in text)
    if left:
        because = f"Fill in {', '.join(left)} before it goes."
        return Refused(code="untouched", because=because, rule=found.rule, missing=left)
    return None


def unready(policy: Policy, case: Case, text: str) -> Refused | None:
    """The same, from whichever template the words may have come: the class can be chosen after them."""
    found = (untouched(each, text) for each in templates(policy, case))
    return next((why for why in found if why), None)


def unedited(start: str, text: str) -> Refused | None:
    """The same for words to start from that are no template of a clause; an answer without words is nobody's."""
    return untouched(Template(name="", rule="", text=start), text)


def _named(version: str) -> str:
    told = " ".join(version.split())[:60].replace("[", "(").replace("]", ")")
    return told if told and told.casefold() != "unknown" else "a supported version"


def _not_reproducible(policy: Policy, case: Case) -> str:
    return (
        f"We followed your steps on {_named(case.report.version)} with [how it was configured] and saw "
        "[what happened instead]. With the exact commands and their output we look again."
    )


def _not_a_vulnerability(policy: Policy, case: Case) -> str:
    return (
        f"What you describe happens, and is how {policy.project.name} is meant to work: [why]. Nobody gains "
        "[what an attacker would need to gain] by it."
    )


def _not_security(policy: Policy, case: Case) -> str:
    where = policy.intake.not_security.redirect if policy.intake and policy.intake.not_security else ""
    told = f" Please open it at {where}; it is welcome there." if where else ""
    return f"This is a bug without an effect on security, because [why nobody is harmed].{told}"


def _unsafe_default(policy: Policy, case: Case) -> str:
    posture = policy.assess.posture if policy.assess else None
    told = f" What operators have to set: {posture.required_configuration}" if posture else ""
    return f"This needs a setup that operators are told to change: [which setting].{told}"


def _out_of_scope(policy: Policy, case: Case) -> str:
    kinds = policy.assess.not_accepted if policy.assess else ()
    told = f" Our policy names what we do not act on: {'; '.join(each.id for each in kinds)}." if kinds else ""
    return f"Your report is about [what it is about], which this project does not answer for.{told}"


def _unsupported_version(policy: Policy, case: Case) -> str:
    supported = policy.versions.supported if policy.versions else None
    lines = ", ".join(supported.branches) if supported else ""
    told = f" Supported are {lines}." if lines else ""
    return (
        f"{_named(case.report.version)} gets no fixes any more, and we did not see it on [what we tried it on].{told}"
    )


_REASONS: Final[Mapping[RejectionClass, Callable[[Policy, Case], str]]] = {
    RejectionClass.NOT_REPRODUCIBLE: _not_reproducible,
    RejectionClass.NOT_A_VULNERABILITY: _not_a_vulnerability,
    RejectionClass.NOT_SECURITY: _not_security,
    RejectionClass.UNSAFE_DEFAULT: _unsafe_default,
    RejectionClass.OUT_OF_SCOPE: _out_of_scope,
    RejectionClass.UNSUPPORTED_VERSION: _unsupported_version,
}
