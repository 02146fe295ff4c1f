# SPDX-License-Identifier: Apache-2.0
"""The second person's yes: one button beside the words it is about, bound to their digest."""

from __future__ import annotations

from django import forms

from tocsin.core.case import commands as cmd
from tocsin.core.case.decide import approve
from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.forms.base import MoveForm
from tocsin.services import publication


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
