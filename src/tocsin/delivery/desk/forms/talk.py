# SPDX-License-Identifier: Apache-2.0
"""Writing in a case. The internal note and the letter to the reporter are two forms with two addresses, so that no
wrong setting of a switch can ever send the one as the other (S64)."""

from __future__ import annotations

from typing import Any

from django import forms

from tocsin.core.case import commands as cmd
from tocsin.core.intake import next_question
from tocsin.core.vocabulary import Audience, MoveName, Refused
from tocsin.delivery.desk.forms import starts
from tocsin.delivery.desk.forms.base import Done, MoveForm, Prose, choices
from tocsin.services.post import reached


class NoteForm(MoveForm):
    """An internal note."""

    name, tab, move = "note", "talk", MoveName.NOTE
    button, done = "Add note", "Note added. Only the team sees it."

    takes_files = True
    keeps = True

    text = Prose(label="Internal note", lines=5, required=True)

    def command(self) -> cmd.Say:
        """Say it to the team."""
        return cmd.Say(audience=Audience.TEAM, text=self.cleaned_data["text"], attachments=self.attached)


class ReplyForm(MoveForm):
    """A message to the reporter; what the first answer has to hold has fields of its own."""

    name, tab, move = "reply", "talk", MoveName.REPLY
    button, done = "Send to reporter", "Sent to the reporter."

    takes_files = True
    keeps = True
    answers = ("plan", "workarounds", "text")

    text = Prose(label="Message to the reporter", lines=5, required=True)
    plan = Prose(label="Plan to investigate", lines=5)
    workarounds = Prose(label="Workarounds until there is a fix", lines=2)

    def prepared(self) -> dict[str, Any]:
        """The first answer, which the page offers as long as there is none."""
        return dict(starts.first(self.ground))

    def command(self) -> cmd.Say:
        """Say it to the reporter."""
        return cmd.Say(audience=Audience.REPORTER, attachments=self.attached, **self.cleaned_data)


class MailAgainForm(MoveForm):
    """The mail with words to the reporter that could not be delivered, once more. It changes nothing in the case."""

    name, tab, move = "mail-again", "talk", MoveName.REPLY
    button, done = "Send the mail again", "It is sent again now."

    of = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)

    def deed(self) -> Done | Refused:
        """Send it."""
        if reached.again(self.ground.desk, self.ground.case, self.cleaned_data["of"]):
            return Done(self.ground.case.ref)
        return Refused(code="not-found", because="There is no mail of this line that failed.", rule="mail")


class NeedInfoForm(MoveForm):
    """A question that makes the next move the reporter's."""

    name, tab, move = "need-info", "decide", MoveName.NEED_INFO
    button, done = "Ask the reporter", "Asked. The case now waits for the reporter."
    keeps = True
    answers = ("question",)

    question = Prose(
        label="Question to the reporter",
        lines=4,
        required=True,
        help_text="Sent as it stands. The case stays open, whatever the answer.",
    )

    def begin(self) -> dict[str, str]:
        """Start from a question about what the report leaves open."""
        return {"question": next_question(self.ground.case.report)}

    def command(self) -> cmd.NeedInfo:
        """Ask."""
        return cmd.NeedInfo(question=self.cleaned_data["question"])


class AssignForm(MoveForm):
    """Who leads the case."""

    name, tab, move = "assign", "decide", MoveName.ASSIGN
    button, done = "Set lead", "Lead set."

    lead = forms.ChoiceField(label="Lead", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = {person.id: person.name for person in self.ground.options.people}
        self.fields["lead"].choices = choices(people, empty="nobody")  # type: ignore[attr-defined]

    def begin(self) -> dict[str, object]:
        """Start from the lead the case has, or from the person who looks."""
        return {"lead": self.ground.case.lead or self.ground.actor.id}

    def command(self) -> cmd.Assign:
        """Give the case to the chosen person, with the roles they hold in this project."""
        lead, options = self.cleaned_data["lead"], self.ground.options
        return cmd.Assign(lead=lead, lead_name=options.name(lead) if lead else "", lead_roles=options.roles(lead))
