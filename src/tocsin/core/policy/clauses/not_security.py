# SPDX-License-Identifier: Apache-2.0
"""Not security: a bug without security impact belongs in the public tracker, and goes there only if its reporter agrees
(S24, S25)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Reaction, Section, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import RejectionClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


class Terms(clause.Terms, kw_only=True):
    """Where such bugs go."""

    redirect: str


def read(policy: Policy) -> Terms | None:
    """Read `intake.not_security`."""
    stated = policy.intake and policy.intake.not_security
    if not stated:
        return None
    where = f"[GitHub issues]({stated.redirect})" if "://" in stated.redirect else stated.redirect
    text = (
        "Do not report non-security-impacting bugs through this channel. "
        f"Use {where} for all non-security-impacting bugs."
    )
    sentence = says(policy, "intake.not_security.redirect", text, (Section.REPORTING, 50, 0))
    return Terms(sentences=(sentence,), redirect=stated.redirect)


def react(terms: Terms, _facts: Facts, move: Move) -> Iterator[Reaction]:
    """Ask the reporter whether a scrubbed public report may be drafted; nothing leaves before they say yes."""
    if move.name is MoveName.REJECT and move.rejection is RejectionClass.NOT_SECURITY:
        because = f"bugs without security impact belong in {terms.redirect}"
        yield Reaction(name="ask-public-issue", because=because, to=(Group.REPORTER,), cite=terms.cite)


CLAUSE: Final = Clause(name="not_security", rows=("S24", "S25"), read=read, react=react)
