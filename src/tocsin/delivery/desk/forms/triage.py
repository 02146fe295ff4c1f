# SPDX-License-Identifier: Apache-2.0
"""Deciding about a report: investigation, acceptance, rejection, duplicate, a second look, the end."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from tocsin.core.case import commands as cmd
from tocsin.core.case import templates
from tocsin.core.case.record_commands import NoteHardening
from tocsin.core.vocabulary import MoveName, Refused, RejectionClass
from tocsin.delivery.desk.forms import starts
from tocsin.delivery.desk.forms.base import MAX_LINE, Done, Line, MoveForm, Names, Prose, choices
from tocsin.services import cases, numbering, relating
from tocsin.services.queries import case as queries

SAME_MATTER: Final = (
    "Thank you for your report. The same matter had reached us before; we work on both together and keep you informed "
    "here."
)


class InvestigateForm(MoveForm):
    """The investigation record, first step of both source policies (S35)."""

    name, tab, move = "investigate", "decide", MoveName.INVESTIGATE
    button, done = "Record investigation", "Investigation recorded."
    keeps = merges = True

    effect = Prose(label="Effect", lines=3, required=True, help_text="What an attacker gains, in your own words.")
    criticality = Line(label="Criticality", required=True, help_text="Who is hit, how easily, how badly.")
    affected_versions = Line(label="Versions looked at", help_text="As far as known; the table of lines comes later.")
    cwe = Names(label="Weakness (CWE)", help_text="For example CWE-125.")
    reproduced = forms.BooleanField(label="We reproduced it ourselves", required=False)

    def begin(self) -> dict[str, Any]:
        """Start from what was recorded, and from the version the reporter named."""
        case = self.ground.case
        return {
            "effect": case.effect,
            "criticality": case.criticality,
            "affected_versions": case.affected_versions or case.report.version,
            "cwe": case.cwe,
        }

    def command(self) -> cmd.Investigate:
        """Record it."""
        return cmd.Investigate(**self.cleaned_data)


class AcceptForm(MoveForm):
    """Acceptance, with the answer that the policy promises the reporter: begun for a person to finish."""

    name, tab, move = "accept", "decide", MoveName.ACCEPT
    button, done = "Accept and tell the reporter", "Accepted. The reporter was told, and the advisory draft exists."
    answers = ("plan", "workarounds", "text")

    text = Prose(label="Message to the reporter", lines=3)
    plan = Prose(label="Plan to investigate", lines=5, help_text="Fill in what stands in [brackets].")
    workarounds = Prose(label="Workarounds until there is a fix", lines=2)

    def begin(self) -> dict[str, Any]:
        """Start from words that hold what the first answer has to hold, until it was sent."""
        return dict(starts.acceptance(self.ground))

    @property
    def remark(self) -> str:
        """Whoever accepts what nobody leads leads it."""
        return "Nobody leads this case yet: from then on you do." if self.ground.may_take else ""

    def command(self) -> cmd.Accept | Refused:
        """Accept under the case's advisory id; a new one is taken only if nothing else stands in the way."""
        ground = self.ground
        return numbering.numbered(ground.desk, ground.opened, ground.actor, cmd.Answer(**self.cleaned_data))


class TakeForm(AcceptForm):
    """Investigation and acceptance in one go, for a report that somebody has read and understood in the inbox.

    It starts from the reporter's own words, so that nothing is typed twice; what it says is the person's then.
    """

    name, button = "take", "Accept and tell the reporter"

    effect = Prose(label="Effect", lines=2, required=True, help_text="What an attacker gains.")
    criticality = Line(label="Criticality", required=True, help_text="Who is hit, how easily, how badly.")
    field_order = ("effect", "criticality", "text", "plan", "workarounds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.ground.case.investigated:
            del self.fields["effect"], self.fields["criticality"]

    def begin(self) -> dict[str, Any]:
        """Start from what the reporter says of effect and attack surface, and from the score that it comes to."""
        report, score = self.ground.case.report, self.ground.case.score
        rated = f"{score.rating} {score.score:.1f} by the reporter's answers. " if score else ""
        return super().begin() | {
            "effect": report.effects or report.attack_surface,
            "criticality": f"{rated}{' '.join(report.attack_surface.split())}"[:MAX_LINE],
        }

    def deed(self) -> Done | Refused | None:
        """Record the investigation, if there is none, and accept."""
        ground, told = self.ground, self.cleaned_data
        desk, ref, actor = ground.desk, ground.case.ref, ground.actor
        opened = ground.opened
        if not ground.case.investigated:
            looked = cmd.Investigate(
                effect=told.pop("effect"),
                criticality=told.pop("criticality"),
                affected_versions=ground.case.report.version,
                cwe=ground.case.cwe,
                reproduced=False,
            )
            done = cases.handle(desk, ref, looked, actor, seen=self.as_of)
            fresh = None if isinstance(done, Refused) else cases.open_case(desk, ref, actor, self.name)
            if isinstance(done, Refused) or fresh is None:
                return done if isinstance(done, Refused) else cases.NOT_FOUND
            opened = fresh
        command = numbering.numbered(desk, opened, actor, cmd.Answer(**told))
        if isinstance(command, Refused):
            return command
        made = cases.handle(desk, ref, command, actor, seen=max(self.as_of, opened.case.seq))
        return made if isinstance(made, Refused) else Done(ref)


class RejectForm(MoveForm):
    """Rejection: a class, and a reason that is sent to the reporter as it stands."""

    name, tab, move = "reject", "decide", MoveName.REJECT
    button, done = "Reject and send the reason", "Rejected. The reporter has the reason and may ask for a second look."
    keeps = True

    rejection = forms.ChoiceField(
        label="Kind", choices=choices(tuple(each.value for each in RejectionClass), empty="choose one")
    )
    reason = Prose(label="Reason, as the reporter reads it", lines=5, required=True)

    @property
    def starts(self) -> tuple[templates.Template, ...]:
        """Words to start from, one for each kind."""
        found = templates.templates(self.ground.policy, self.ground.case)
        return tuple(each for each in found if each.name not in (templates.PLAN, templates.WORKAROUNDS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least, cite = self.ground.options.reject_min, self.ground.options.reject.cite
        if least > 1:
            self.fields["reason"].help_text = f"At least {least} characters" + (f" ({cite})." if cite else ".")

    def clean(self) -> dict[str, Any]:
        """Hold back words of a template that nobody has touched."""
        told: dict[str, Any] = super().clean() or {}
        if refused := templates.unready(self.ground.policy, self.ground.case, told.get("reason", "")):
            self.add_error("reason", refused.because)
        return told

    def command(self) -> cmd.Reject:
        """Reject."""
        return cmd.Reject(rejection=RejectionClass(self.cleaned_data["rejection"]), reason=self.cleaned_data["reason"])


class DuplicateForm(MoveForm):
    """The same matter as another case; the reporter learns nothing about that one."""

    name, tab, move = "duplicate", "decide", MoveName.DUPLICATE
    button, done = "Mark as duplicate", "Marked as duplicate. The reporter learns nothing about the other case."
    answers = ("text",)

    of = Line(label="The other case", required=True, max_length=30, help_text="Its reference, such as WHPG-2026-k7x4m.")
    text = Prose(label="Message to the reporter", lines=3)

    def begin(self) -> dict[str, Any]:
        """Start from words that say nothing about the other case."""
        return {"of": self.ground.case.duplicate_of, "text": SAME_MATTER}

    def clean_of(self) -> str:
        """Take only a case that this person may see; what is hidden looks like what is not there."""
        ref = str(self.cleaned_data["of"])
        other = queries.authorised(self.ground.desk, ref, self.ground.actor.id, "case.duplicate")
        if other is None or other[1].case.project != self.ground.case.project:
            raise forms.ValidationError("There is no such case in this project.")
        return ref

    def command(self) -> cmd.MarkDuplicate:
        """Say that it is the same."""
        return cmd.MarkDuplicate(of=self.cleaned_data["of"], answer=cmd.Answer(text=self.cleaned_data["text"]))


class ReconsiderForm(MoveForm):
    """A second look at what was rejected or deferred."""

    name, tab, move = "reconsider", "decide", MoveName.INVESTIGATE
    button, done = "Take it up again", "Taken up again."

    reason = Prose(label="Why it is looked at again", lines=2, required=True)

    def command(self) -> cmd.Reconsider:
        """Take it up again."""
        return cmd.Reconsider(reason=self.cleaned_data["reason"])

    def deed(self) -> Done | Refused | None:
        """Go on in a new case where this one is closed: closed is final."""
        ground = self.ground
        if ground.case.closed_at is None:
            return None
        made = relating.reopen(ground.desk, ground.case.ref, ground.actor, self.cleaned_data["reason"])
        return made if isinstance(made, Refused) else Done(made.ref)


class HardenForm(MoveForm):
    """The backlog of defaults to make safer one day (S71)."""

    name, tab, move = "note-hardening", "decide", MoveName.NOTE
    button, done = (
        "Put it on the hardening backlog",
        "Noted. The backlog counts reports about the same default together.",
    )

    default = Line(label="The default it is about", max_length=120, required=True)
    note = Line(label="What would be safer", max_length=1000)

    def command(self) -> NoteHardening:
        """Note it."""
        return NoteHardening(**self.cleaned_data)

    def begin(self) -> dict[str, Any]:
        """Start from what stands there."""
        return {"default": self.ground.case.hardening}


class CloseForm(MoveForm):
    """The end of a case, with one of the policy's outcomes."""

    name, tab, move = "close", "decide", MoveName.CLOSE
    button, done = "Close the case", "Closed."

    outcome = forms.ChoiceField(label="Outcome")
    note = Prose(label="What we learned", lines=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = choices(self.ground.options.outcomes, empty="choose one")  # type: ignore[attr-defined]

    def command(self) -> cmd.Close:
        """Close."""
        return cmd.Close(**self.cleaned_data)
