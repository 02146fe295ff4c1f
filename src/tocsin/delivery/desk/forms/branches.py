# SPDX-License-Identifier: Apache-2.0
"""Asking git about the fix, and telling it which commits are the same change."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms

from tocsin.core.case import commands as cmd
from tocsin.core.case.events import Asked
from tocsin.core.case.record_commands import RecordReproduction
from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.forms.base import Line, MoveForm
from tocsin.services import branches

_BETWEEN: Final = re.compile(r"[\s,]+")


def _commits(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _BETWEEN.split(text) if part))


class AskGitForm(MoveForm):
    """Which commits are the fix; git says the rest."""

    name, tab, move = "ask-git", "branches", MoveName.SET_LINES
    button, done = "Ask git", "Git was asked. What it could not say waits for you."

    fix = Line(label="Fix commits", required=True, max_length=1000, help_text="Every one of them is needed.")
    introduced = Line(label="Introduced by", max_length=1000, help_text="If known: what brought the fault.")

    def begin(self) -> dict[str, Any]:
        """Start from what was asked before."""
        asked = self.ground.case.asked
        return {"fix": " ".join(asked.fix), "introduced": " ".join(asked.introduced)}

    def command(self) -> cmd.SetLines | Refused:
        """Ask, and set the lines to the answer."""
        before = self.ground.case.asked
        asked = Asked(
            fix=_commits(self.cleaned_data["fix"]),
            introduced=_commits(self.cleaned_data["introduced"]),
            same=before.same,
            other=before.other,
        )
        return branches.command(self.ground.desk, self.ground.case, self.ground.policy, asked)


class ReproducedForm(MoveForm):
    """Who saw the fault on which version; the lines follow (S29)."""

    name, tab, move = "record-reproduction", "branches", MoveName.SET_LINES
    button, done = "Note it", "Noted. The lines follow what was seen."

    version = Line(label="Version", required=True, max_length=80)
    seen = forms.ChoiceField(
        label="What you saw",
        choices=[
            ("yes", "The fault: its line is affected"),
            ("no", "No fault"),
            ("unaffected", "No fault, and I conclude that the line is not affected"),
        ],
    )
    configuration = Line(label="Hardware and configuration", max_length=1000)
    note = Line(label="What you did", max_length=1000)

    def begin(self) -> dict[str, Any]:
        """Start from the version that the report names."""
        return {"version": self.ground.case.report.version, "seen": "yes"}

    def command(self) -> RecordReproduction:
        """Note it."""
        said = self.cleaned_data
        return RecordReproduction(
            version=said["version"], reproduced=said["seen"] == "yes", unaffected=said["seen"] == "unaffected",
            configuration=said["configuration"], note=said["note"],
        )  # fmt: skip


class SameChangeForm(MoveForm):
    """A person's word on a pair of commits."""

    name, tab, move = "same-change", "branches", MoveName.SET_LINES
    button, done = "The same change", "Noted. Git was asked again."

    commit = forms.RegexField(r"\A[0-9a-f]{7,64}\Z", widget=forms.HiddenInput)
    of = forms.RegexField(r"\A[0-9a-f]{7,64}\Z", widget=forms.HiddenInput)
    same = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput)

    def command(self) -> cmd.SetLines | Refused:
        """Note it, ask git again, and set the lines to the answer."""
        said, case = self.cleaned_data, self.ground.case
        asked = branches.confirm(case.asked, said["commit"], said["of"], self.ground.actor.id, said["same"] == "yes")
        return branches.command(self.ground.desk, case, self.ground.policy, asked)
