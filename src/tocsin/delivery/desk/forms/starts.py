# SPDX-License-Identifier: Apache-2.0
"""Words that an answer starts from. None of them goes out before a person has edited it (`MoveForm.answers`)."""

from __future__ import annotations

from typing import Final

from tocsin.core.case import templates
from tocsin.delivery.desk.forms.base import Ground

THANKS: Final = "Thank you for your report. We confirm it as a vulnerability in {project} and are working on it."
RECEIVED: Final = "Thank you for your report. I have read it, and we look into it now."
WORKAROUNDS: Final = "None known yet. We tell you as soon as we find one."


def acceptance(ground: Ground) -> dict[str, str]:
    """Begin the answer that goes with an acceptance."""
    return {"text": THANKS.format(project=ground.policy.project.name), **_promised(ground)}


def first(ground: Ground) -> dict[str, str]:
    """Begin the first answer to a report that nobody has answered."""
    return {"text": RECEIVED, **_promised(ground)}


def _promised(ground: Ground) -> dict[str, str]:
    """What the policy promises the first answer to hold, until it was sent."""
    case, promised = ground.case, ground.options.first_answer
    plan = templates.template(ground.policy, case, templates.PLAN)
    known = case.workarounds or case.mitigation or WORKAROUNDS
    return {
        "plan": plan.text if plan and "investigation-plan" in promised and not case.plan_sent_at else "",
        "workarounds": known if "workarounds" in promised and not case.workarounds_sent_at else "",
    }
