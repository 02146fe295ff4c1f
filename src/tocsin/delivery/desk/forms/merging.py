# SPDX-License-Identifier: Apache-2.0
"""Two people at one form: what each changed goes in, field by field, and what both changed is shown side by side.

Three states are compared: what the form began with, what stands in the case now, and what was typed. A field that only
one of them touched takes that one's value. One that both touched keeps the typed words and names the other's, for a
person to decide. A table counts as one field. Nothing is written here; the merged form is shown, to be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms

from tocsin.delivery.desk.forms.base import MoveForm


class Clash(NamedTuple):
    """A field that both changed: its id on the page, its label, and what the other person wrote."""

    id: str
    label: str
    theirs: str


class Merged(NamedTuple):
    """What the form is shown with: all its values, the labels of fields taken over, and the fields both changed."""

    data: Mapping[str, str]
    taken: tuple[str, ...]
    clashes: tuple[Clash, ...]


def merged(base: MoveForm, theirs: MoveForm, typed: MoveForm) -> Merged:
    """Merge a form as it began, as it would begin now, and as it was sent (the first two unbound)."""
    before, now, mine = posted(base), posted(theirs), _sent(typed)
    data, taken, clashes = dict(mine), [], []
    for field in typed.visible_fields():
        name = field.html_name
        was, other, own = (values.get(name, "") for values in (before, now, mine))
        if other in (own, was):
            continue
        if own == was:
            data[name] = other
            taken.append(str(field.label))
        else:
            clashes.append(Clash(field.id_for_label, str(field.label), other or "(empty)"))
    for prefix in typed.rows:
        rows_were, rows_theirs, rows_mine = (_part(values, prefix) for values in (before, now, mine))
        if _rows(rows_theirs) in (_rows(rows_mine), _rows(rows_were)):
            continue
        if _rows(rows_mine) == _rows(rows_were):
            data = {name: value for name, value in data.items() if name not in rows_mine} | rows_theirs
            taken.append(prefix.capitalize())
        else:
            clashes.append(Clash(prefix, prefix.capitalize(), "; ".join(_rows(rows_theirs)) or "(empty)"))
    return Merged(data, tuple(taken), tuple(clashes))


def posted(form: MoveForm) -> dict[str, str]:
    """Return what a browser would send if the form, as it is shown, were sent untouched."""
    found = {field.html_name: _text(field) for field in form}
    for table in form.rows.values():
        found |= {field.html_name: _text(field) for field in table.management_form}
        for row in table:
            found |= {field.html_name: _text(field) for field in row}
    return {name: value for name, value in found.items() if value}


def _text(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field.widget, forms.CheckboxInput):
        return "on" if value else ""
    told = field.field.widget.format_value(value)
    if isinstance(told, list | tuple):
        told = told[0] if told else ""
    return _lines(str(told if told is not None else ""))


def _sent(form: MoveForm) -> dict[str, str]:
    return {name: _lines(str(form.data.get(name, ""))) for name in form.data if form.data.get(name)}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip("\n").rstrip()


def _part(values: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if name.startswith(f"{prefix}-")}


def _rows(values: Mapping[str, str]) -> list[str]:
    """Return the rows of a table as words, without empty ones and without how many there are."""
    found: dict[str, dict[str, str]] = {}
    for name, value in values.items():
        _, number, field = (*name.split("-", 2), "")[:3]
        if number.isdigit():
            found.setdefault(number, {})[field] = value
    texts = [row for _, row in sorted(found.items(), key=lambda each: int(each[0]))]
    return [" · ".join(row[name] for name in sorted(row)) for row in texts if _said(row)]


def _said(row: Mapping[str, str]) -> bool:
    """A row counts where something was typed into it; a choice that stands there from the start is nothing typed."""
    return any(row.get(name) for name in ("url", "name", "line"))
