# SPDX-License-Identifier: Apache-2.0
"""Internal testing: a fix is tested on every line it goes to before it rolls out (S47, S48).

Once the public knows, the gate only says what was not tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Gate, Section, Shape, Terms, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import listed, voice
from tocsin.core.vocabulary import Affectedness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `fix.gates`."""
    if not policy.fix or "internal-test" not in policy.fix.gates:
        return None
    text = (
        f"{voice(policy).team} will work on fixing the vulnerability and perform internal testing before preparing to "
        "roll out the fix."
    )
    return Terms(sentences=(says(policy, "fix.gates", text, (Section.RESPONSE, 60, 0), Shape.STEP),))


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate before publication; it names the lines whose fix nobody has tested."""
    fixed = [line for line in facts.lines if line.state is Affectedness.FIXED]
    untested = [line.line for line in fixed if not line.tested]
    reason = f"test the fix on {listed(untested)}" if untested else "every fixed line is tested"
    if untested and facts.public:
        reason = f"already public, so publication does not wait for tests on {listed(untested)}"
    yield Gate(
        name="internal-test",
        move=MoveName.PUBLISH,
        satisfied=not untested or facts.public,
        reason=reason,
        rule=terms.rule,
        cite=terms.cite,
    )


CLAUSE: Final = Clause(name="internal_testing", rows=("S47", "S48"), read=read, gates=gates)
