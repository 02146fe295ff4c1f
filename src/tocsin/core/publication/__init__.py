# SPDX-License-Identifier: Apache-2.0
"""Publication as a resumable transaction: which targets, in which order, and what comes next.

The plan is a function of the policy and of what is set up; how far it has come is a function of the journal. Nothing
here acts: `services.publishing` carries one step out at a time, and writes down each intent before it.
"""

from tocsin.core.publication.due import Due, after, at_first
from tocsin.core.publication.model import (
    Planned,
    Progress,
    Run,
    Stage,
    State,
)
from tocsin.core.publication.plan import SITE, Wanted, digest, order
from tocsin.core.publication.run import Step, opened, ready, step

__all__ = [
    "SITE",
    "Due",
    "Planned",
    "Progress",
    "Run",
    "Stage",
    "State",
    "Step",
    "Wanted",
    "after",
    "at_first",
    "digest",
    "opened",
    "order",
    "ready",
    "step",
]
