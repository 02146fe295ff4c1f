# SPDX-License-Identifier: Apache-2.0
"""The advisory's words, and the order to publish it. Lines, score and CVE id are typed elsewhere, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from msgspec.structs import asdict, replace

from tocsin.core.advisory import CreditType, ReferenceType
from tocsin.core.case import commands as cmd
from tocsin.core.case.drafting import CreditGiven, ProductNamed, ReferenceGiven
from tocsin.core.case.events import AdvisoryDrafted
from tocsin.core.case.model import Case
from tocsin.core.versions import SCHEMES
from tocsin.core.vocabulary import Affectedness, MoveName, Refused
from tocsin.delivery.desk.forms.base import Ground, Instant, Line, MoveForm, Names, Prose, Sentence, choices, rows
from tocsin.services import publishing
from tocsin.services.queries.board import AimView, BoardView, aims, board
from tocsin.services.queries.rollout import RolloutView, rollout

_PRODUCT: Final = ("vendor", "purl", "ecosystem", "package", "collection", "repository", "modules", "cpe", "scheme")
_WHAT: Final = ("title", "summary", "details", "impact", "required_configuration", "cwe")
_DO: Final = ("mitigation", "no_mitigation_known", "upgrade", "detection")
_TEXTS: Final = (
    "title", "summary", "details", "impact", "detection", "mitigation", "no_mitigation_known", "required_configuration",
    "upgrade", "cwe", "aliases", "related", "discovered",
)  # fmt: skip


def _cell(label: str, **kwargs: Any) -> Line:
    return Line(label=label, widget=forms.TextInput(attrs={"aria-label": label, "dir": "auto"}), **kwargs)


def _select(label: str, names: tuple[str, ...]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices(names), required=False, widget=forms.Select(attrs={"aria-label": label})
    )


class ReferenceRow(forms.Form):
    """One public link."""

    use_required_attribute = False

    type = _select("Type", tuple(each.value for each in ReferenceType))
    url = _cell("Address", max_length=2000)
    summary = _cell("What it is")


class ProductRow(forms.Form):
    """One more product, released on the same lines as the first."""

    use_required_attribute = False

    name = _cell("Product")
    vendor = _cell("Vendor")
    ecosystem = _cell("Ecosystem")
    package = _cell("Package")
    purl = _cell("Package URL")


class CreditRow(forms.Form):
    """One person to thank; without their consent they are not named."""

    use_required_attribute = False

    name = _cell("Name")
    type = _select("For", tuple(each.value for each in CreditType))
    organization = _cell("Organisation")
    contact = Names(label="Links", widget=forms.TextInput(attrs={"aria-label": "Links", "dir": "auto"}))
    consent = forms.BooleanField(
        label="Consented", required=False, widget=forms.CheckboxInput(attrs={"aria-label": "Consented"})
    )


class DraftForm(MoveForm):
    """The editor."""

    name, tab, move = "draft-advisory", "advisory", MoveName.DRAFT_ADVISORY
    button, done = "Save draft", "Draft saved."
    trial = keeps = merges = True
    tables = {  # noqa: RUF012 - declared ClassVar in the base
        "references": rows(ReferenceRow, extra=2),
        "credits": rows(CreditRow, extra=2),
        "further": rows(ProductRow, extra=1),
    }

    title = Line(label="Title", required=True, help_text="One line: what, and where.")
    summary = Sentence(
        label="In one sentence", max_length=1000, help_text="What an attacker can do, and what to do now."
    )
    details = Prose(label="Details", lines=7, help_text="Markdown. Leave out how to reproduce it for now.")
    impact = Prose(label="Impact", lines=3)
    required_configuration = Prose(label="Who is affected", lines=2, help_text="What must be configured or used.")
    detection = Prose(label="Detection", lines=2, help_text="How an operator sees that it was tried.")
    mitigation = Prose(label="Mitigation", lines=3, help_text="What to do until the fix is installed.")
    no_mitigation_known = forms.BooleanField(label="No mitigation is known", required=False)
    upgrade = Prose(label="Upgrade", lines=2, help_text="How the fixed version is installed.")
    cwe = Names(label="Weakness (CWE)", help_text="For example CWE-125.")
    product = Line(label="Product", required=True)
    vendor = Line(label="Vendor")
    scheme = forms.ChoiceField(label="Version scheme", required=False)
    ecosystem = Line(label="Ecosystem (OSV)")
    package = Line(label="Package")
    purl = Line(label="Package URL", help_text="Without a version.")
    collection = Line(label="Collection URL")
    repository = Line(label="Repository")
    modules = Names(label="Modules")
    cpe = Line(label="CPE")
    elsewhere = forms.ChoiceField(
        label="Versions outside the lines", choices=choices(tuple(each.value for each in Affectedness)), required=False
    )
    aliases = Names(label="Other ids of the same vulnerability")
    related = Names(label="Ids of related ones")
    discovered = forms.DateField(
        label="Discovered on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = tuple(scheme.name for scheme in SCHEMES)
        self.fields["scheme"].choices = choices(names, empty="as in the policy")  # type: ignore[attr-defined]

    def begin(self) -> dict[str, Any]:
        """Start from the draft, else from what was typed elsewhere already: no fact is typed twice."""
        case = self.ground.case
        draft = case.advisory
        if draft is None:
            return _first(self.ground)
        product = draft.products[0] if draft.products else ProductNamed(name=self.ground.policy.project.name)
        return {
            **{name: getattr(draft, name) for name in _TEXTS},
            **_product(product),
            "references": [asdict(each) for each in draft.references],
            "credits": [asdict(each) for each in (*draft.credits, *_uncredited(case, draft))],
            "further": [{name: getattr(each, name) for name in ProductRow.base_fields} for each in draft.products[1:]],
        }

    def command(self) -> cmd.DraftAdvisory:
        """Write the draft."""
        typed = self.cleaned_data
        product = ProductNamed(
            name=typed["product"],
            elsewhere=Affectedness(typed["elsewhere"] or Affectedness.NOT_AFFECTED.value),
            **{name: typed[name] for name in _PRODUCT},
        )
        day = typed["discovered"]
        return cmd.DraftAdvisory(
            **{name: typed[name] for name in _TEXTS if name != "discovered"},
            discovered=datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None,
            products=(product, *self._further()),
            references=tuple(ReferenceGiven(**row) for row in self._typed("references", "url")),
            credits=tuple(CreditGiven(**row) for row in self._typed("credits", "name")),
        )

    def _further(self) -> Iterator[ProductNamed]:
        """Products after the first; what the table has no column for stays as it is."""
        draft = self.ground.case.advisory
        known = {each.name: each for each in (draft.products[1:] if draft else ())}
        for row in self._typed("further", "name"):
            yield replace(known.get(row["name"], ProductNamed(name=row["name"])), **row)

    @property
    def part_what(self) -> list[forms.BoundField]:
        """Fields that say what it is."""
        return [self[name] for name in _WHAT]

    @property
    def part_do(self) -> list[forms.BoundField]:
        """Fields that say what to do."""
        return [self[name] for name in _DO]

    @property
    def part_more(self) -> list[forms.BoundField]:
        """Fields that most advisories take over unchanged."""
        return [field for field in self.visible_fields() if field.name not in (*_WHAT, *_DO)]

    @property
    def part_more_open(self) -> bool:
        """Whether a mistake, or a further product that will be published, would hide in the folded part."""
        draft, further = self.ground.case.advisory, self.rows["further"]
        several = draft is not None and len(draft.products) > 1
        wrong = any(field.errors for field in self.part_more) or (further.is_bound and not further.is_valid())
        return several or wrong

    def _typed(self, table: str, key: str) -> list[dict[str, Any]]:
        return [row.cleaned_data for row in self.rows[table] if row.cleaned_data.get(key)]


def _first(ground: Ground) -> dict[str, Any]:
    case = ground.case
    return {
        "title": case.title,
        "impact": case.effect,
        "mitigation": case.mitigation,
        "cwe": case.cwe,
        **_product(ProductNamed(name=ground.policy.project.name)),
        "credits": [asdict(each) for each in case.credits_wished],
    }


def _uncredited(case: Case, draft: AdvisoryDrafted) -> tuple[CreditGiven, ...]:
    """List who asked for credit in a report that was merged in after the draft was written."""
    named = {each.name for each in draft.credits}
    merged = {each.report.identity.credit_as or each.report.identity.name for each in case.absorbed}
    return tuple(each for each in case.credits_wished if each.name in merged - named)


def _product(product: ProductNamed) -> dict[str, Any]:
    told = {name: getattr(product, name) for name in _PRODUCT}
    return told | {"product": product.name, "elsewhere": product.elsewhere.value}


class PublishForm(MoveForm):
    """The order to publish exactly what is on the page, confirmed by typing its id."""

    name, tab, move = "publish", "publish", MoveName.PUBLISH
    button, done = "Publish", "Ordered. It goes out by itself, and the board below shows where it was read back."

    confirmation = Line(label="Type the advisory id to publish it", required=True, max_length=40)
    summary = Line(label="What changed", help_text="Public, in the revision history. Empty for the first publication.")
    at = Instant(label="Arm it for (UTC), now if empty")
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def command(self) -> cmd.Publish | Refused:
        """Order it, unless it is not what this person saw or is not fit to be published."""
        ground, typed = self.ground, self.cleaned_data
        confirmed, digest = typed["confirmation"], typed["digest"]
        return publishing.order(
            ground.desk, ground.opened, confirmed, digest, summary=typed["summary"], at=typed["at"] or None
        )

    @property
    def aims(self) -> tuple[AimView, ...]:
        """What would go where now."""
        return aims(publishing.plan(self.ground.desk, self.ground.opened))

    @property
    def board(self) -> BoardView | None:
        """How far the order is that stands."""
        return board(self.ground.opened, self.ground.desk.now())

    @property
    def rollout(self) -> RolloutView | None:
        """How far users are, once it is published."""
        return rollout(self.ground.desk, self.ground.opened)
