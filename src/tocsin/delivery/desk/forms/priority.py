# SPDX-License-Identifier: Apache-2.0
"""A person's word on what SSVC asks and no fact settles."""

from __future__ import annotations

from typing import Any

from django import forms

from tocsin.core.case.record_commands import SayPoint
from tocsin.core.severity import ssvc
from tocsin.core.vocabulary import MoveName
from tocsin.delivery.desk.forms.base import Line, MoveForm


class SayPointForm(MoveForm):
    """What one decision point is in this case."""

    name, tab, move = "say-point", "decide", MoveName.INVESTIGATE
    button, done = "Record it", "Recorded. The priority follows."

    answer = forms.ChoiceField(label="What SSVC asks")
    note = Line(label="Why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (point.capitalize(), [(f"{point}={value}", f"{point}: {value}") for value in values])
            for point, values in ssvc.askable().items()
        ]
        said = [(f"{point}=", f"take back: {point}") for point, _ in self.ground.case.ssvc]
        taken = [("Take back", said)] if said else []
        self.fields["answer"].choices = [("", "choose one"), *groups, *taken]  # type: ignore[attr-defined]

    def command(self) -> SayPoint:
        """Say it."""
        point, _, value = self.cleaned_data["answer"].partition("=")
        return SayPoint(point=point, value=value, note=self.cleaned_data["note"])
