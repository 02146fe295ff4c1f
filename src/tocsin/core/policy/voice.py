# SPDX-License-Identifier: Apache-2.0
"""How a document names those who promise and what they promise for, so that a clause reads naturally in any project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tocsin.core.policy.model import Policy

_GENERIC = "this project"


class Voice(Value):
    """`team` opens a sentence ("The maintainers"), `called` is the project inside one ("this project")."""

    team: str
    called: str

    @property
    def inside(self) -> str:
        """The team in the middle of a sentence."""
        return self.team[0].lower() + self.team[1:] if self.team[:4] in ("The ", "Our ") else self.team

    @property
    def of_it(self) -> str:
        """Names the project after its users, where its name says more than "this project"."""
        return "" if self.called == _GENERIC else f" of {self.called}"

    @property
    def its_team(self) -> str:
        """The team where the project has not been named yet."""
        return f"{self.inside} of {self.called}" if self.called == _GENERIC else self.inside

    def does(self, plural: str, singular: str) -> str:
        """Choose the verb that agrees with the team."""
        return plural if self.team.lower().endswith("maintainers") or self.team == "We" else singular


def voice(policy: Policy) -> Voice:
    """Return the voice of a policy."""
    return Voice(team=policy.project.team, called=policy.project.called or policy.project.name)


def listed(items: Iterable[str], last: str = "and") -> str:
    """Join as English does: `a`, `a and b`, `a, b and c`."""
    words = list(items)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
