# SPDX-License-Identifier: Apache-2.0
"""Next release: a fix goes into the next patch or minor release of its line, and is missed by name (S5, S9, S55).

With a cadence in the policy, an accepted case knows when the next release of each line is expected; a release that was
cut without the fix leaves its line open and overdue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Sentence, Shape, Terms, says, timed
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Affectedness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Fix, Policy

_WHICH: Final = {
    "next-patch-or-minor": "the next patch or minor release",
    "next-patch": "the next patch release",
    "next-release": "the next release",
}
_SOON: Final = "Vulnerabilities will be investigated and patched on {which} as soon as possible."
_BACKPORT: Final = {
    "all-supported": ", and backport a patch release into all earlier supported releases",
    "as-necessary": ", and backport a patch release into earlier supported releases as necessary",
    "none": ", without backports",
    "": "",
}


def read(policy: Policy) -> Terms | None:
    """Read `fix.release` and `versions.cadence`."""
    if not policy.fix or not policy.fix.release:
        return None
    cadence = policy.versions and policy.versions.cadence
    because = "the last release of the line"
    clocks = (timed(policy, "next-release", "Next release", "versions.cadence", because, cadence),) if cadence else ()
    return Terms(sentences=tuple(_say(policy, policy.fix)), clocks=clocks)


def _say(policy: Policy, stated: Fix) -> Iterator[Sentence]:
    which = _WHICH[stated.release]
    confirmed = f"Once the fix is confirmed, {voice(policy).inside} will patch the vulnerability in {which}"
    text = f"{confirmed}{_BACKPORT[stated.backport]}."
    yield says(policy, "fix.release", text, (Section.RESPONSE, 80, 0), Shape.STEP)
    soon = _SOON.format(which=which.replace("patch or minor", "patch (or minor)"))
    yield says(policy, "fix.release", soon, (Section.REPORTING, 0, 10))


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise a line that is not settled, from its last release; kept when the line is fixed."""
    if not facts.accepted_at:
        return
    for line in facts.lines:
        waiting = line.supported and line.state in (Affectedness.AFFECTED, Affectedness.FIXED) and not line.waiver
        if line.last_release_at and waiting:
            kept_at = facts.fix_ready_at if line.state is Affectedness.FIXED else None
            missing = () if kept_at else (f"a fix in {line.line}",)
            for clock in terms.clocks:
                yield clock.starts(line.last_release_at, kept_at, missing)


CLAUSE: Final = Clause(name="next_release", rows=("S5", "S9", "S55"), read=read, due=due)
