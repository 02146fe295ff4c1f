# SPDX-License-Identifier: Apache-2.0
"""The forms of a case, one for each move that a person can make at the desk. To add one: a class, and its line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.delivery.desk.forms import (
    advisory,
    approve,
    branches,
    distributors,
    embargo,
    fixing,
    forge,
    keys,
    people,
    priority,
    publishing,
    talk,
    triage,
)
from tocsin.delivery.desk.forms.base import Ground, MoveForm

__all__ = ["FORMS", "Ground", "MoveForm", "of_tab"]

FORMS: Final[Mapping[str, type[MoveForm]]] = {
    form.name: form
    for form in (
        talk.NoteForm,
        talk.ReplyForm,
        talk.MailAgainForm,
        talk.NeedInfoForm,
        talk.AssignForm,
        triage.InvestigateForm,
        triage.AcceptForm,
        triage.TakeForm,
        triage.RejectForm,
        triage.DuplicateForm,
        triage.ReconsiderForm,
        triage.CloseForm,
        triage.HardenForm,
        priority.SayPointForm,
        fixing.LinesForm,
        branches.AskGitForm,
        branches.ReproducedForm,
        branches.SameChangeForm,
        fixing.ScoreForm,
        fixing.CveForm,
        fixing.FixForm,
        fixing.ConfirmFixForm,
        fixing.MilestoneForm,
        embargo.ProposeForm,
        embargo.AcceptEmbargoForm,
        embargo.RejectEmbargoForm,
        embargo.DecideEmbargoForm,
        embargo.EndEmbargoForm,
        embargo.ObserveForm,
        embargo.RecordMomentForm,
        embargo.ZoneForm,
        advisory.DraftForm,
        advisory.PublishForm,
        publishing.SkipTargetForm,
        publishing.ResumeTargetForm,
        publishing.MarkTargetForm,
        publishing.DisarmForm,
        publishing.WithdrawForm,
        publishing.RequestCveForm,
        publishing.AnswerCveForm,
        publishing.CountCveForm,
        publishing.RejectCveForm,
        approve.ApproveForm,
        approve.ShredForm,
        distributors.TellForm,
        distributors.CiteForm,
        forge.PushForm,
        forge.AskCveForm,
        forge.ResolveForm,
        forge.LinkForm,
        forge.OpenIssueForm,
        people.InviteForm,
        people.WriteForm,
        people.ConsentForm,
        people.DeclineForm,
        people.PartyStateForm,
        people.ProductForm,
        people.LetGoForm,
        people.PassOnForm,
        people.ResendForm,
        people.MergeForm,
        people.SplitForm,
        people.TransferForm,
        keys.VerifyKeyForm,
    )
}
"""By the name that stands in the address."""


def of_tab(tab: str) -> tuple[type[MoveForm], ...]:
    """List the forms that a tab shows."""
    return tuple(form for form in FORMS.values() if form.tab == tab)
