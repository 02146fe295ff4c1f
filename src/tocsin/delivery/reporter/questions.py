# SPDX-License-Identifier: Apache-2.0
"""The questions of the report form that offer answers, each with its words: shown on the form, given back on the check
page, and kept in the report where the report keeps words."""

from __future__ import annotations

from typing import Final, NamedTuple

from tocsin.core.intake import CreditWish
from tocsin.core.severity.surface import Effect, Login, Reach
from tocsin.core.vocabulary import ReportKind


class Choice(NamedTuple):
    """One answer."""

    value: str
    words: str
    hint: str = ""


class Question(NamedTuple):
    """A question with answers to choose from. `id` is the form field; `short` names it on the check page."""

    id: str
    words: str
    short: str
    choices: tuple[Choice, ...]

    def answer(self, value: str) -> str:
        """Return the words of an answer; empty for none and for what is not offered."""
        return next((choice.words for choice in self.choices if choice.value == value), "")


KIND: Final = Question(
    "kind",
    "What do you have?",
    "What you have",
    (
        Choice(ReportKind.FOUND, "I found a problem"),
        Choice(ReportKind.SUSPECTED, "I suspect a problem", "You do not need to be sure."),
        Choice(ReportKind.DEPENDENCY, "It is in other software that this project uses"),
        Choice(ReportKind.ALREADY_PUBLIC, "It is already public", "Everybody responsible is told at once."),
    ),
)

_AMOUNTS: Final = (Choice(Effect.NOTHING, "Nothing"), Choice(Effect.SOME, "Some"), Choice(Effect.ALL, "All"))

SURFACE: Final = (
    Question(
        "reach",
        "Where does the attacker have to be?",
        "Attacker's place",
        (
            Choice(Reach.NETWORK, "Anywhere on a network"),
            Choice(Reach.ADJACENT, "On the same network"),
            Choice(Reach.LOCAL, "On the machine itself"),
            Choice(Reach.PHYSICAL, "In front of the machine"),
        ),
    ),
    Question(
        "login",
        "Which account does the attacker need?",
        "Account needed",
        (
            Choice(Login.NONE, "None"),
            Choice(Login.USER, "An ordinary account"),
            Choice(Login.ADMIN, "An administrator's account"),
        ),
    ),
    Question(
        "needs_victim",
        "Does somebody else have to do something, such as open a file?",
        "Needs somebody's help",
        (Choice("no", "No"), Choice("yes", "Yes")),
    ),
    Question("read", "How much can the attacker read?", "Can be read", _AMOUNTS),
    Question("change", "How much can the attacker change?", "Can be changed", _AMOUNTS),
    Question("stop", "How much can the attacker stop from working?", "Can be stopped", _AMOUNTS),
)

CREDIT: Final = Question(
    "credit",
    "May we thank you by name when this is published?",
    "Thanks in public",
    (
        Choice(CreditWish.NONE, "No, do not name me"),
        Choice(CreditWish.NAME, "Yes, with my name"),
        Choice(CreditWish.HANDLE, "Yes, with a name I choose"),
    ),
)

TOOLS: Final = Question(
    "tools",
    "Did you use an AI tool?",
    "AI tool used",
    (
        Choice("no", "No"),
        Choice("checked", "Yes, and I ran the steps again myself"),
        Choice("unchecked", "Yes, and I did not run the steps again"),
    ),
)

PLANS: Final = Question(
    "plans",
    "Do you plan to publish?",
    "Plans to publish",
    (
        Choice("together", "Together with the project"),
        Choice("date", "On a date of mine"),
        Choice("done", "I already did"),
    ),
)

QUESTIONS: Final = (KIND, *SURFACE, CREDIT, TOOLS, PLANS)
