# SPDX-License-Identifier: Apache-2.0
"""The embargo: dates proposed, answered, decided and ended, and what the world already knows."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from tocsin.core import limits
from tocsin.core.case import commands as cmd
from tocsin.core.case import party_commands as pc
from tocsin.core.case.model import REPORTER
from tocsin.core.case.record_commands import RecordMoment
from tocsin.core.vocabulary import MoveName
from tocsin.delivery.desk.forms.base import Instant, Line, MoveForm, Prose, choices
from tocsin.services.queries import window as windows
from tocsin.services.queries.dates import dates

_BITS: Final = {
    "P": "The matter is public",
    "X": "An exploit is public",
    "A": "Attacks were seen",
}


class ProposeForm(MoveForm):
    """A date for disclosure, or another one while an embargo holds."""

    name, tab, move = "propose-embargo", "embargo", MoveName.PROPOSE_EMBARGO
    button, done = "Propose to the reporter", "Proposed. The reporter can accept it or propose another date."

    ends_at = Instant(label="Embargo ends (UTC)", required=True)
    respond_by = Instant(label="Answer wanted by (UTC)", help_text="After it, silence counts as a no.")
    reason_class = forms.ChoiceField(label="Reason to wait", required=False)
    reason = Line(label="In words", help_text="The reporter reads it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = self.ground.options
        self.fields["reason_class"].choices = choices(options.hold_reasons, empty="none")  # type: ignore[attr-defined]
        hints = [f"{rule.words} ({rule.cite})" if rule.cite else rule.words for rule in _frame(options) if rule.words]
        self.fields["ends_at"].help_text = f"Policy: {'; '.join(hints)}." if hints else ""

    def begin(self) -> dict[str, Any]:
        """Start from dates that the policy likes, so that proposing is one press.

        With a fix ready and an agreed date ahead it is the earliest date that suits (S50).
        """
        case = self.ground.case
        if (
            case.fix_ready_at
            and case.embargo_until
            and (soon := windows.earliest(self.ground.window, self.ground.opened, self.ground.desk.now()))
        ):
            return {"ends_at": soon}
        found = dates(self.ground.policy, case, self.ground.desk.now())
        return {"ends_at": found.ends_at, "respond_by": found.respond_by}

    def command(self) -> cmd.ProposeEmbargo:
        """Propose."""
        return cmd.ProposeEmbargo(proposal=self.ground.desk.mint.id("prp"), **self.cleaned_data)


def _frame(options: Any) -> tuple[Any, ...]:
    return (options.days, options.longest)


class _AnswerForm(MoveForm):
    """An answer to one proposal."""

    proposal = forms.CharField(max_length=60, widget=forms.HiddenInput)


class AcceptEmbargoForm(_AnswerForm):
    """Yes to a proposal of the reporter."""

    name, tab, move = "accept-embargo", "embargo", MoveName.ACCEPT_EMBARGO
    button, done = "Accept this date", "Accepted. The embargo holds from now on."

    def command(self) -> cmd.AcceptEmbargo:
        """Accept."""
        return cmd.AcceptEmbargo(proposal=self.cleaned_data["proposal"])


class RejectEmbargoForm(_AnswerForm):
    """No to a proposal; to one's own it is a withdrawal."""

    name, tab, move = "reject-embargo", "embargo", MoveName.REJECT_EMBARGO
    button, done = "Reject this date", "Rejected. Propose another date, so that there is one."

    reason = Line(label="Why not")

    def command(self) -> cmd.RejectEmbargo:
        """Reject."""
        return cmd.RejectEmbargo(**self.cleaned_data)


class DecideEmbargoForm(MoveForm):
    """The project's final say after disagreement (S53)."""

    name, tab, move = "decide-embargo", "embargo", MoveName.DECIDE_EMBARGO
    button, done = "Decide without agreement", "Decided. The reporter is told, with the reason."

    ends_at = Instant(label="Embargo ends (UTC)", required=True)
    reason = Prose(label="Reason, as the reporter reads it", lines=2, required=True)

    def command(self) -> cmd.DecideEmbargo:
        """Decide."""
        return cmd.DecideEmbargo(proposal=self.ground.desk.mint.id("prp"), **self.cleaned_data)


class EndEmbargoForm(MoveForm):
    """The end of an embargo before its time."""

    name, tab, move = "end-embargo", "embargo", MoveName.END_EMBARGO
    button, done = "End the embargo now", "The embargo is over. Publish what there is."

    why = forms.ChoiceField(
        label="Why now",
        choices=choices({"leaked": "It leaked", "early": "A fix or mitigation is ready early"}, empty="choose one"),
    )
    reason = Prose(label="In words, as everybody concerned reads it", lines=2, required=True)

    def command(self) -> cmd.EndEmbargo:
        """End it."""
        return cmd.EndEmbargo(**self.cleaned_data)


class ZoneForm(MoveForm):
    """By which clock somebody outside lives, as they told it; dates then stand on it too."""

    name, tab, move = "set-zone", "embargo", MoveName.PARTY
    button, done = "Keep it", "Kept. Dates stand on that clock as well."

    party = forms.ChoiceField(label="Whose")
    zone = Line(label="Time zone or city, empty to forget it", max_length=60, help_text="Such as Asia/Tokyo, or Tokyo.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = {REPORTER: "The reporter"} | {each.id: each.name for each in self.ground.case.parties if each.here}
        self.fields["party"].choices = choices(people)  # type: ignore[attr-defined]

    def command(self) -> pc.SetZone:
        """Note it."""
        return pc.SetZone(**self.cleaned_data)


class RecordMomentForm(MoveForm):
    """When something was that starts a clock of others, or keeps a promise."""

    name, tab, move = "record-moment", "embargo", MoveName.NOTE
    button, done = "Record the moment", "Recorded. The clocks that count from it run."

    moment = forms.ChoiceField(
        label="What happened",
        choices=choices({name: name.replace("-", " ") for name in sorted(limits.moments())}, empty="choose one"),
    )
    at = Instant(label="When (UTC), now if empty", required=False)
    note = Line(label="Where or by whom", max_length=1000)

    def command(self) -> RecordMoment:
        """Record it."""
        return RecordMoment(**self.cleaned_data)


class ObserveForm(MoveForm):
    """Something came out."""

    name, tab, move = "observe", "embargo", MoveName.NOTE
    button, done = "Record it", "Recorded. An embargo cannot hold what is public."

    bit = forms.ChoiceField(label="What was seen", choices=choices(_BITS, empty="choose one"))
    note = Line(label="Where", max_length=1000)

    def command(self) -> cmd.Observe:
        """Record it."""
        return cmd.Observe(**self.cleaned_data)
