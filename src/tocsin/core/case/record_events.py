# SPDX-License-Identifier: Apache-2.0
"""Events of what people write down beside a case's own course: moments, plans for the fix, what to harden one day.

Their names are for ever, like those of `core.case.events`, which joins them to the others.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core.case.cve_count import Count, Counting
from tocsin.core.vocabulary import Value


class MomentRecorded(Value, tag="moment.recorded"):
    """Something was at `at`: a zero point of a clock, or what keeps a promise (`core.limits.moments()`)."""

    moment: str
    at: datetime
    note: str = ""


class HardeningNoted(Value, tag="hardening.noted"):
    """The report stands on the hardening backlog under a default's name, or no more where that is empty (S71)."""

    default: str
    note: str = ""


class ReproductionRecorded(Value, tag="reproduction.recorded"):
    """Somebody tried the reproducer on a version and saw the fault, or did not (S29)."""

    version: str
    reproduced: bool
    configuration: str = ""
    note: str = ""


class CveRequested(Value, tag="cve.requested"):
    """A CVE id was asked for by this route, of `to` where a person asks (S45); the worker reserves an own CNA's."""

    route: str
    to: str = ""


class CveCounted(Value, tag="cve.counted"):
    """How many CVE ids the matter needs, by these answers (CNA 4.2.11 to 4.2.15)."""

    asked: Counting
    count: Count


class CveAnswered(Value, tag="cve.answered"):
    """Who was asked for a CVE id gives none, and says why, or says nothing (CNA 4.2.1.2, 4.2.1.3)."""

    answer: str
    note: str = ""


class CveRejectionOrdered(Value, tag="cve.rejection_ordered"):
    """The case's CVE id is to be rejected at CVE Services, with this public reason."""

    cve_id: str
    reason: str


CveEvent = CveCounted | CveRequested | CveAnswered | CveRejectionOrdered


class AdvisoryWithdrawn(Value, tag="advisory.withdrawn"):
    """The next revision takes the advisory back, for this reason or for another one; with neither it stands again."""

    because: str = ""
    superseded_by: str = ""


class MilestoneSet(Value, tag="milestone.set"):
    """A step of the fix is planned for `at`, or no more where that is None; earlier plans stay readable (S38)."""

    name: str
    at: datetime | None = None
    note: str = ""
