# SPDX-License-Identifier: Apache-2.0
"""What the plain promises with a time share: reading `sla.<name>`, and asking when something was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.policy.clause import Shape, Terms, says, timed
from tocsin.core.policy.model import Every

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.core.policy.clause import Section
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy, Span


def span_terms(
    policy: Policy,
    name: str,
    text: str,
    place: tuple[Section, int, int],
    because: str,
    shape: Shape = Shape.TEXT,
) -> Terms | None:
    """Read `sla.<name>`; `{when}` in `text` becomes its words and its number, whichever the project states."""
    span: Span | Every | None = getattr(policy.sla, name, None)
    if not span:
        return None
    again = isinstance(span, Every)
    duration = span.every if isinstance(span, Every) else span.within
    rule = f"sla.{name}.{'every' if again else 'within'}"
    number = (f"every {duration}" if again else f"within {duration}") if duration else ""
    sentence = says(policy, rule, text.format(when=", ".join(filter(None, (span.said, number)))), place, shape)
    title = name.replace("_", " ").capitalize()
    clocks = (timed(policy, name.replace("_", "-"), title, rule, because, duration),) if duration else ()
    return Terms(sentences=(sentence,), clocks=clocks)


def met(facts: Facts, name: str) -> datetime | None:
    """Return when something that has a name was last done, or None."""
    return max((fact.at for fact in facts.promises_met if fact.name == name), default=None)
