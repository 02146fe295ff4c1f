# SPDX-License-Identifier: Apache-2.0
"""What every form of a case shares: how it looks, who may send it, and that it ends in one command.

A form checks shape only (a date is a date). Whether a move is possible is asked of protocol and policy by
`services.cases.handle`; its refusal is shown above the form with everything that was typed still in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.forms.renderers import DjangoTemplates

from tocsin.core import access
from tocsin.core.case import decide as rules
from tocsin.core.case import templates
from tocsin.core.case.commands import Command
from tocsin.core.case.model import Case
from tocsin.core.case.window import Answer
from tocsin.core.intake import Attachment
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Actor, MoveName, Refused, Role
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import window as windows
from tocsin.services.queries.options import Options

MAX_LINE: Final = 300
MAX_TEXT: Final = 100_000
_SEPARATORS: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Ground:
    """What a form stands on: the opened case, who looks at it, and what its choices are."""

    desk: Desk
    actor: Actor
    opened: Opened
    options: Options

    @cached_property
    def window(self) -> Answer:
        """When the case may be disclosed; worked out once for a page."""
        return windows.answered(self.desk, self.opened)

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.opened.case

    @property
    def policy(self) -> Policy:
        """The policy the case is pinned to."""
        return self.opened.policy

    @property
    def may_take(self) -> bool:
        """Whether nobody leads the case, and whoever looks may."""
        return rules.may_take(self.case, rules.Context(actor=self.actor, now=self.desk.now(), policy=self.policy))


class Renderer(DjangoTemplates):
    """Django's own widgets in the desk's field."""

    field_template_name = "desk/forms/field.html"


RENDERER: Final = Renderer()
"""The one of every form: each keeps the templates that it has compiled, and a form of its own would compile all of
them again."""


class Done(NamedTuple):
    """What a use case did: the case to show next, nothing for the inbox, and what is shown once, at once."""

    ref: str
    shown: Mapping[str, Any] = {}


class MoveForm(forms.Form):
    """A form that becomes one command, or the deed of a use case.

    `name` stands in the address, `move` is what it needs permission for, `tab` where it is shown, `done` what is said
    after it, `trial` whether its words can be tried out without saving, `keeps` whether they are kept until they are
    sent (`kept` then says since when), `merges` whether two people's changes are put together, `answers` the fields
    whose first words are only there to start an answer from. `attached` are files that came with it, sealed already.
    Subclasses give the fields, `begin` (what stands in them at first) and `command`.
    """

    default_renderer = RENDERER
    use_required_attribute = False

    name: ClassVar[str]
    move: ClassVar[MoveName]
    tab: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    trial: ClassVar[bool] = False
    takes_files: ClassVar[bool] = False
    keeps: ClassVar[bool] = False
    merges: ClassVar[bool] = False
    answers: ClassVar[tuple[str, ...]] = ()
    kept: str = ""
    tables: ClassVar[Mapping[str, type[BaseFormSet[Any]]]] = {}

    def __init__(
        self, ground: Ground, data: Mapping[str, Any] | None = None, attached: tuple[Attachment, ...] = ()
    ) -> None:
        self.ground = ground
        self.attached = attached
        started = self.begin() if data is None else {}
        super().__init__(data=data, initial=started, auto_id=f"{self.name}-%s")
        for field in self.fields.values():
            if field.required:  # said to readers and to the script; the browser's own refusal would leave no summary
                field.widget.attrs.setdefault("aria-required", "true")
        self.rows = {
            prefix: kind(data=data, prefix=prefix, initial=started.get(prefix), auto_id=f"{self.name}-%s")
            for prefix, kind in self.tables.items()
        }

    def begin(self) -> dict[str, Any]:
        """Return what stands in the fields before anybody typed."""
        return {}

    def prepared(self) -> dict[str, Any]:
        """Return the words that an answer starts from; those that stand in the fields, unless a form offers others."""
        return self.begin()

    def is_valid(self) -> bool:
        """Say whether fields and rows have the right shape."""
        return bool(super().is_valid() and all(table.is_valid() for table in self.rows.values()))

    def clean(self) -> dict[str, Any]:
        """Hold back an answer that nobody has touched: a person writes it, a template only begins it."""
        told: dict[str, Any] = super().clean() or {}
        began = self.prepared() if self.answers else {}
        starts = {name: began[name] for name in self.answers if began.get(name) and name in told}
        found = {name: templates.unedited(starts[name], told[name]) for name in starts}
        blank = next((name for name, why in found.items() if why and why.missing), "")
        if name := blank or (next(iter(found)) if found and all(found.values()) else ""):
            why = found[name]
            self.add_error(name, why.because if why else "")
        return told

    def command(self) -> Command | Refused:
        """Return the command of a valid form, or a refusal that is known before the case is asked."""
        raise NotImplementedError

    def deed(self) -> Done | Refused | None:
        """Carry a valid form out where that takes more than one command; None where it is one."""
        return None

    @property
    def as_of(self) -> int:
        """The journal length that the form was rendered from; without one it saw nothing but the report."""
        told = str(self.data.get("seen", ""))
        return int(told) if told.isascii() and told.isdigit() and 0 < len(told) <= 9 else 1

    @property
    def allowed(self) -> bool:
        """Whether the person's roles include the move."""
        return access.may_move(self.ground.actor, self.move)

    @property
    def remark(self) -> str:
        """What the move does beside what its button says; stands above the button."""
        return ""

    @property
    def holders(self) -> str:
        """Roles that include the move, for somebody who has none of them."""
        return ", ".join(role.value for role in Role if self.move in access.ROLE_MOVES[role])

    @property
    def mistakes(self) -> list[tuple[str, str, str]]:
        """Every mistake of shape as (id of the field, its label, what to do), rows included."""
        found = [
            (self[name].id_for_label, str(self[name].label), str(text))
            for name, texts in self.errors.items()
            if name in self.fields
            for text in texts
        ]
        for table in self.rows.values():
            for number, row in enumerate(table, 1):
                found += [
                    (row[name].id_for_label, f"Row {number}, {row[name].label}", str(text))
                    for name, texts in row.errors.items()
                    for text in texts
                ]
        return found


def rows(form: type[forms.Form], extra: int) -> type[BaseFormSet[Any]]:
    """Make a table of forms with `extra` empty rows; a row with nothing in it is left out."""
    return formset_factory(form, extra=extra, max_num=100, absolute_max=100)


class Prose(forms.CharField):
    """Text over several lines: kept as typed, with plain line feeds and nothing hanging on at the end."""

    def __init__(self, *, lines: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        widget = forms.Textarea(attrs={"rows": lines, "dir": "auto"})
        super().__init__(strip=False, max_length=MAX_TEXT, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        """Normalise the ends of lines, which browsers send as CR LF."""
        text = str(super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()


class Line(forms.CharField):
    """One line of text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", MAX_LINE)
        kwargs.setdefault("widget", forms.TextInput(attrs={"dir": "auto"}))
        super().__init__(**kwargs)


class Sentence(Line):
    """One line of text that is too long to be seen in one: shown over two, kept as one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}), **kwargs)

    def to_python(self, value: Any) -> str:
        """Put it on one line."""
        return " ".join(str(super().to_python(value) or "").split())


class Names(Line):
    """Several names in one line, parted by spaces or commas: a tuple, each name once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Write a tuple as one line."""
        return value if isinstance(value, str | None) else ", ".join(value)

    def clean(self, value: Any) -> Any:
        """Return the names."""
        text = super().clean(value)
        return tuple(dict.fromkeys(name for name in _SEPARATORS.split(text) if name))


class Instant(forms.Field):
    """A day and an hour in UTC: `2026-12-08 15:00`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        attrs = {"placeholder": "2026-12-08 15:00", "autocomplete": "off", "size": "20"}
        super().__init__(widget=forms.DateTimeInput(attrs=attrs, format="%Y-%m-%d %H:%M"), **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """Read an ISO 8601 instant; one without a zone is meant in UTC, as the label says."""
        if not value:
            return None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise forms.ValidationError("Write day and hour like 2026-12-08 15:00; the zone is UTC.") from None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def choices(names: Mapping[str, str] | tuple[str, ...], empty: str = "") -> list[tuple[str, str]]:
    """Return options of a select; names with dashes are spelt as words, `empty` labels the option of no choice."""
    pairs = names.items() if isinstance(names, Mapping) else [(name, name.replace("-", " ")) for name in names]
    return [*([("", empty)] if empty else []), *pairs]
