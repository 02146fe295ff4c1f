# SPDX-License-Identifier: Apache-2.0
"""Forms of the publish board: skipping, resuming and marking targets, taking an order back, and the case's CVE id."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from tocsin.core.case import commands as cmd
from tocsin.core.case import cve_commands, target_commands
from tocsin.core.case.cve_count import Counting
from tocsin.core.publication import State
from tocsin.core.vocabulary import MoveName
from tocsin.delivery.desk.forms.base import Ground, Line, MoveForm, Prose, choices

_SURE: Final = (("unsure", "nobody is sure"), ("yes", "yes"), ("no", "no"))
_ANSWERS: Final = (
    ("refused", "They will not assign one, but agree that it is a vulnerability"),
    ("no-vulnerability", "They say that it is no vulnerability"),
    ("silent", "They did not answer in time"),
)


def _targets(ground: Ground, *states: State, by_hand: bool = False) -> list[tuple[str, str]]:
    run = ground.case.run
    found = [each.target.name for each in run.targets if each.state in states] if run else []
    names = [name for name in found if run and (each := run.get(name)) and each.target.by_hand is by_hand]
    return choices({name: name for name in names}, empty="choose one")


class SkipTargetForm(MoveForm):
    """Let the others go on without a target."""

    name, tab, move = "skip-target", "publish", MoveName.TARGETS
    button, done = "Let the others go on", "The others go on without it."

    target = forms.ChoiceField(label="Target")
    reason = Prose(label="Why", lines=2, required=True)
    later = forms.BooleanField(label="Go on trying it; only let the others not wait", required=False)

    def __init__(self, ground: Ground, *args: Any, **kwargs: Any) -> None:
        super().__init__(ground, *args, **kwargs)
        open_ = (State.PLANNED, State.INTENDED, State.DONE, State.REFUSED)
        self.fields["target"].choices = _targets(ground, *open_)  # type: ignore[attr-defined]

    def command(self) -> target_commands.SkipTarget:
        """Skip it."""
        return target_commands.SkipTarget(**self.cleaned_data)


class ResumeTargetForm(MoveForm):
    """Take a target up again that was refused or skipped."""

    name, tab, move = "resume-target", "publish", MoveName.TARGETS
    button, done = "Try it again", "It is taken up again."

    target = forms.ChoiceField(label="Target")
    reason = Line(label="What changed")

    def __init__(self, ground: Ground, *args: Any, **kwargs: Any) -> None:
        super().__init__(ground, *args, **kwargs)
        self.fields["target"].choices = _targets(ground, State.REFUSED, State.SKIPPED)  # type: ignore[attr-defined]

    def command(self) -> target_commands.ResumeTarget:
        """Resume it."""
        return target_commands.ResumeTarget(**self.cleaned_data)


class MarkTargetForm(MoveForm):
    """Say that a target that nobody serves was done by hand."""

    name, tab, move = "mark-target", "publish", MoveName.TARGETS
    button, done = "It is done", "Recorded."

    target = forms.ChoiceField(label="Target")
    where = Line(label="Where it is read", required=True)

    def __init__(self, ground: Ground, *args: Any, **kwargs: Any) -> None:
        super().__init__(ground, *args, **kwargs)
        self.fields["target"].choices = _targets(ground, State.PLANNED, by_hand=True)  # type: ignore[attr-defined]

    def command(self) -> target_commands.MarkTarget:
        """Mark it."""
        return target_commands.MarkTarget(**self.cleaned_data)


class DisarmForm(MoveForm):
    """Take an order back before its instant."""

    name, tab, move = "disarm", "publish", MoveName.TARGETS
    button, done = "Take the order back", "Taken back. Nothing goes out."

    reason = Prose(label="Why", lines=2, required=True)

    def command(self) -> target_commands.Disarm:
        """Disarm it."""
        return target_commands.Disarm(**self.cleaned_data)


class WithdrawForm(MoveForm):
    """Take back in public what is published."""

    name, tab, move = "withdraw", "publish", MoveName.DRAFT_ADVISORY
    button, done = "Take it back with the next revision", "The next revision says so. Look at the preview, and publish."

    because = Prose(label="Why it is taken back", lines=2, help_text="Public. Empty, with nothing below: it stands.")
    superseded_by = Line(label="Advisory that stands in its place", help_text="By its id, where there is one.")

    @property
    def offered(self) -> bool:
        """Whether there is anything public to take back."""
        return self.ground.case.published_at is not None

    def begin(self) -> dict[str, Any]:
        """Start from what was said before."""
        case = self.ground.case
        return {"because": case.withdrawn_because, "superseded_by": case.superseded_by}

    def command(self) -> cmd.Withdraw:
        """Take it back, or let it stand."""
        return cmd.Withdraw(**self.cleaned_data)


class RequestCveForm(MoveForm):
    """Ask for a CVE id by the policy's route."""

    name, tab, move = "request-cve", "publish", MoveName.SET_CVE
    button, done = "Ask for a CVE id", "Asked for. Where the project is its own CNA, the case shows it in a moment."

    to = forms.CharField(
        label="Whom, where a person asks", required=False, help_text="Another CNA by name, or MITRE. Empty for our own."
    )

    def command(self) -> cve_commands.RequestCve:
        """Ask."""
        return cve_commands.RequestCve(**self.cleaned_data)


class AnswerCveForm(MoveForm):
    """Record that who was asked gives no id."""

    name, tab, move = "answer-cve", "publish", MoveName.SET_CVE
    button, done = "Record the answer", "Recorded. Somebody else may be asked now."

    answer = forms.ChoiceField(label="They gave no id", choices=_ANSWERS)
    note = Prose(label="What they said", lines=2, required=False)

    def command(self) -> cve_commands.AnswerCve:
        """Record it."""
        return cve_commands.AnswerCve(**self.cleaned_data)


class CountCveForm(MoveForm):
    """Answer the counting questions."""

    name, tab, move = "count-cve", "score", MoveName.SET_CVE
    button, done = "Count the ids", "Counted; the answers are kept."

    faults = forms.IntegerField(label="Faults that the report shows", min_value=1, max_value=1000, initial=1)
    separately = forms.ChoiceField(label="Each can be fixed without the others", choices=_SURE)
    interdependent = forms.BooleanField(label="One is nothing without the other", required=False)
    products = forms.IntegerField(label="Products affected", min_value=1, max_value=1000, initial=1)
    shared_code = forms.ChoiceField(label="Because of the same code", choices=_SURE)
    safe_use = forms.ChoiceField(
        label="If it lies in how they use another product: is there a safe way to use it",
        choices=(("", "it does not lie there"), *_SURE), required=False,
    )  # fmt: skip
    unsupported = forms.BooleanField(label="No product affected still gets fixes", required=False)

    def command(self) -> cve_commands.CountCve:
        """Count."""
        return cve_commands.CountCve(asked=Counting(**self.cleaned_data))


class RejectCveForm(MoveForm):
    """Have the case's CVE id rejected."""

    name, tab, move = "reject-cve", "publish", MoveName.SET_CVE
    button, done = "Have the id rejected", "Ordered. An id that is not used must not stay reserved."

    reason = Prose(label="Why, as the public record says it", lines=2, required=True)

    def command(self) -> cve_commands.RejectCve:
        """Reject it."""
        return cve_commands.RejectCve(**self.cleaned_data)
