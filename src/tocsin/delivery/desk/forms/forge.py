# SPDX-License-Identifier: Apache-2.0
"""What the desk wants done on the forge. Each form writes a wish down (`services.forge.wishes`); the worker does it."""

from __future__ import annotations

from django import forms

from tocsin.core.forge.reports import is_id
from tocsin.core.vocabulary import MoveName, Refused
from tocsin.delivery.desk.forms.base import Done, Line, MoveForm
from tocsin.services.forge import wishes

SOON = "The worker does it within seconds, or says here what is in the way."


class _WishForm(MoveForm):
    """A form that becomes a wish."""

    tab, move = "forge", MoveName.DRAFT_ADVISORY
    done = SOON

    def _wish(self, deed: str, words: str = "") -> Done | Refused:
        ground = self.ground
        refused = wishes.ask(ground.desk, ground.opened, ground.actor, deed, words)
        return refused or Done(ground.case.ref)


class PushForm(_WishForm):
    """The draft is written to the forge."""

    name, button = "forge-push", "Write our draft there"

    def deed(self) -> Done | Refused:
        """Wish it."""
        return self._wish("push")


class AskCveForm(_WishForm):
    """The forge is asked for a CVE id, as a CNA."""

    name, button = "forge-cve", "Ask it for a CVE id"

    def deed(self) -> Done | Refused:
        """Wish it."""
        return self._wish("cve")


class ResolveForm(_WishForm):
    """Whose words stay where somebody else changed the advisory there."""

    name, button = "forge-resolve", "Decide"

    keep = forms.ChoiceField(choices=[("ours", "ours"), ("theirs", "theirs")], widget=forms.HiddenInput)

    def deed(self) -> Done | Refused:
        """Wish it."""
        return self._wish(f"keep-{self.cleaned_data['keep']}")


class LinkForm(_WishForm):
    """An advisory that stands there already belongs to this case."""

    name, button = "forge-link", "Link it"

    ghsa = Line(  # a confidential issue stands for an advisory where the forge has none
        label="Its id there",
        required=True,
        max_length=40,
        help_text="GHSA-xxxx-xxxx-xxxx, or ISSUE-12.",
    )

    def deed(self) -> Done | Refused:
        """Wish it."""
        named = self.cleaned_data["ghsa"].strip()
        if not is_id(named):
            because = "An id there looks like GHSA-xxxx-xxxx-xxxx, or ISSUE-12."
            return Refused(code="no-id", because=because, rule="forge", missing=("the id",))
        return self._wish("link", named)


class OpenIssueForm(_WishForm):
    """The public issue of a report that is not about security."""

    name, button, move = "open-issue", "Open the public issue", MoveName.REJECT

    title = Line(label="Title", required=True)

    def begin(self) -> dict[str, str]:
        """Start from the report's title, which somebody looks at."""
        return {"title": self.ground.case.title}

    def deed(self) -> Done | Refused:
        """Wish it; whether the reporter agreed is asked now and again when it is done."""
        return self._wish("open-issue", self.cleaned_data["title"])
