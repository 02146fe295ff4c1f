# SPDX-License-Identifier: Apache-2.0
"""The second person's yes: one button beside the words it is about, bound to their digest."""

from __future__ import annotations

from django import forms

from tocsin.core.case import commands as cmd
from tocsin.core.case.decide import approve
from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.forms.base import MoveForm
from tocsin.services import publication, shredding


class ShredForm(MoveForm):
    """The wish to shred a closed case, by its own name typed again."""

    name, tab, move = "shred", "approve", MoveName.SHRED
    button, done = "Ask for its shredding", "Asked for; it waits for a second person."

    reason = forms.CharField(label="Why nobody shall read it any more", max_length=2_000, widget=forms.Textarea)
    confirmation = forms.CharField(label="The case's name, typed again", max_length=64)

    def command(self) -> cmd.Shred | Refused:
        """Bind the wish to the case as it stands."""
        if self.cleaned_data["confirmation"].strip() != self.ground.case.ref:
            because = f"Type the case's name to confirm: {self.ground.case.ref}."
            return Refused(code="confirmation", because=because, rule="two people")
        return shredding.wish(self.ground.opened, self.cleaned_data["reason"])


class ApproveForm(MoveForm):
    """Yes to one wish. Who may say it depends on the wish; `core.case.decide.approve` is asked."""

    name, tab, move = "approve", "approve", MoveName.NOTE
    button, done = "Approve and carry out", "Approved, and carried out."

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def command(self) -> cmd.Approve | Refused:
        """Approve it, unless an advisory has changed since somebody asked for its publication."""
        command = cmd.Approve(digest=self.cleaned_data["digest"])
        found = approve.wish_of(self.ground.case, command)
        if found and isinstance(found[1], cmd.Publish):
            shown = publication.preview(self.ground.desk, self.ground.opened)
            if shown.digest != found[1].digest:
                return approve.CHANGED
        return command
