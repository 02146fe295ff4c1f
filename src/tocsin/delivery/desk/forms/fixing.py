# SPDX-License-Identifier: Apache-2.0
"""The fix and what it concerns: the table of release lines, the score, the CVE id, the fix and its confirmation."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from msgspec.structs import replace

from tocsin.core.case import commands as cmd
from tocsin.core.case.record_commands import SetMilestone
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Affectedness, MoveName
from tocsin.delivery.desk.forms.base import Instant, Line, MoveForm, Prose, choices, rows

_STATES: Final = tuple(each.value for each in Affectedness)


def _cell(label: str, **kwargs: Any) -> Line:
    return Line(label=label, widget=forms.TextInput(attrs={"aria-label": label, "dir": "auto"}), **kwargs)


class LineRow(forms.Form):
    """One release line, typed by hand."""

    use_required_attribute = False

    line = _cell("Line")
    supported = forms.BooleanField(
        label="Supported", required=False, initial=True, widget=forms.CheckboxInput(attrs={"aria-label": "Supported"})
    )
    state = forms.ChoiceField(
        label="State",
        choices=choices(_STATES),
        required=False,
        initial=Affectedness.REVIEW.value,
        widget=forms.Select(attrs={"aria-label": "State"}),
    )
    introduced = _cell("Introduced in")
    fixed_in = _cell("Fixed in")
    last_affected = _cell("Last affected")
    tested = forms.BooleanField(
        label="Tested", required=False, widget=forms.CheckboxInput(attrs={"aria-label": "Tested"})
    )
    reason = _cell("Reason")
    waiver = _cell("Waiver")

    def clean(self) -> dict[str, Any]:
        """Ask for the line's name where anything else was typed."""
        cleaned = super().clean() or {}
        if not cleaned.get("line") and any(cleaned.get(name) for name in _TYPED):
            self.add_error("line", "Name the line, or empty the row.")
        return cleaned


_TYPED: Final = ("introduced", "fixed_in", "last_affected", "reason", "waiver")


class LinesForm(MoveForm):
    """The whole table; a row without a name is left out, so emptying a name removes its row."""

    name, tab, move = "set-lines", "lines", MoveName.SET_LINES
    button, done = "Save lines", "Lines saved."
    merges = True
    tables = {"rows": rows(LineRow, extra=3)}  # noqa: RUF012 - declared ClassVar in the base

    def begin(self) -> dict[str, Any]:
        """Start from the recorded lines, or from the ones the policy lists, each to be reviewed."""
        lines = self.ground.case.lines or tuple(LineFact(line=name) for name in _listed(self.ground.policy))
        return {"rows": [_as_row(line) for line in lines]}

    def command(self) -> cmd.SetLines:
        """State the lines; what is not in the table (the commit, who signed a waiver) stays as recorded."""
        known = {line.line: line for line in self.ground.case.lines}
        typed = [row.cleaned_data for row in self.rows["rows"] if row.cleaned_data.get("line")]
        return cmd.SetLines(lines=tuple(_as_line(known.get(row["line"]), row) for row in typed))


def _listed(policy: Policy) -> tuple[str, ...]:
    versions = policy.versions
    if versions is None:
        return ()
    return tuple(line.name for line in versions.line) or (versions.supported.branches if versions.supported else ())


def _as_row(line: LineFact) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LineRow.base_fields} | {"state": line.state.value}


def _as_line(known: LineFact | None, row: dict[str, Any]) -> LineFact:
    before = known or LineFact(line=row["line"])
    state = Affectedness(row["state"] or Affectedness.REVIEW.value)
    signed = before.waived_by if row["waiver"] == before.waiver else ""
    return replace(before, **(row | {"state": state}), waived_by=signed)


class ScoreForm(MoveForm):
    """A vector, pasted or typed."""

    name, tab, move = "score", "score", MoveName.SCORE
    trial = True
    button, done = "Save score", "Score saved. It can be changed until publication."

    vector = Line(label="CVSS vector", required=True, help_text="3.0, 3.1 or 4.0, such as CVSS:3.1/AV:N/AC:L/...")
    reason = Line(label="Why it differs from what the reporter said")
    provisional = forms.BooleanField(label="Provisional: we expect to change it", required=False)

    def begin(self) -> dict[str, Any]:
        """Start from the vector that holds."""
        return {"vector": self.ground.case.vector}

    def command(self) -> cmd.SetScore:
        """Score it for the project."""
        return cmd.SetScore(**self.cleaned_data)


class CveForm(MoveForm):
    """The CVE id and where it stands."""

    name, tab, move = "set-cve", "score", MoveName.SET_CVE
    button, done = "Save CVE id", "CVE id saved."

    cve_id = Line(label="CVE id", required=True, max_length=30, help_text="As assigned: CVE-2026-12345.")
    state = forms.ChoiceField(label="State", choices=choices(("reserved", "published", "rejected")))
    assigner = Line(
        label="Assigned by: organisation", max_length=40, help_text="The CNA's UUID. A CVE record needs it."
    )
    assigner_name = Line(label="Assigned by: short name", max_length=32)

    def begin(self) -> dict[str, Any]:
        """Start from what is recorded."""
        case = self.ground.case
        return {
            "cve_id": case.cve_id,
            "state": case.cve_state if case.cve_id else "reserved",
            "assigner": case.cve_assigner,
            "assigner_name": case.cve_assigner_name,
        }

    def command(self) -> cmd.SetCve:
        """Record it."""
        return cmd.SetCve(**self.cleaned_data)


class FixForm(MoveForm):
    """A fix is ready."""

    name, tab, move = "set-fix", "fix", MoveName.SET_FIX
    button, done = "The fix is ready", "Fix recorded. Somebody other than its author confirms it."

    author = Line(label="Author", required=True, help_text="Who wrote it; somebody else confirms it.")
    reference = Line(label="Where it lies", max_length=1000, help_text="Commit, branch or patch, in private.")

    def begin(self) -> dict[str, Any]:
        """Start from what is recorded, or from the person who looks."""
        case = self.ground.case
        author = self.ground.options.name(case.fix_author) if case.fix_author else self.ground.actor.name
        return {"author": author, "reference": case.fix_reference}

    def command(self) -> cmd.SetFix:
        """Record it. An author who is somebody of the project is recorded by id, so that they cannot confirm it."""
        author = self.ground.options.person(self.cleaned_data["author"])
        return cmd.SetFix(author=author, reference=self.cleaned_data["reference"])


class ConfirmFixForm(MoveForm):
    """Somebody else confirms the fix."""

    name, tab, move = "confirm-fix", "fix", MoveName.CONFIRM_FIX
    button, done = "I confirm that it works", "Confirmed."

    note = Prose(label="What you tried", lines=2)

    def command(self) -> cmd.ConfirmFix:
        """Confirm."""
        return cmd.ConfirmFix(note=self.cleaned_data["note"])


class MilestoneForm(MoveForm):
    """A step of the fix and for when it is planned; the reporter reads every change (S38)."""

    name, tab, move = "set-milestone", "fix", MoveName.SET_FIX
    button, done = "Plan it", "Planned. The reporter is told."

    milestone = Line(label="Step", max_length=80, required=True, help_text="Such as: fix in 7.3, release 7.4.2.")
    at = Instant(label="Planned for (UTC), empty to drop it")
    note = Line(label="Why, as the reporter reads it", max_length=1000)

    def command(self) -> SetMilestone:
        """Plan it."""
        data = self.cleaned_data
        return SetMilestone(name=data["milestone"], at=data["at"], note=data["note"])
