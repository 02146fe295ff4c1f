# SPDX-License-Identifier: Apache-2.0
"""Statement text made from the models, for the few paths where building each statement anew costs more than running it.

Everything interpolated into text here comes from a model's own definition. Values always travel as parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model

Parameter = bool | int | float | str | bytes | datetime | None


class Columns:
    """Some columns of one table, in a fixed order."""

    def __init__(self, model: type[Model], *fields: str) -> None:
        self.table = quoted(model._meta.db_table)
        self.names = tuple(quoted(column(model, field)) for field in fields)
        self.text = ", ".join(self.names)
        self.select = f"SELECT {self.text} FROM {self.table}"  # noqa: S608 - our names
        self._head = f"INSERT INTO {self.table} ({self.text}) VALUES "  # noqa: S608 - our names
        self._row = "(" + ", ".join(["%s"] * len(fields)) + ")"

    def insert(self, cursor: CursorWrapper, rows: Sequence[Sequence[Parameter]]) -> None:
        """Insert rows in one statement; none is fine."""
        if rows:
            text = self._head + ", ".join([self._row] * len(rows))
            cursor.execute(text, [value for row in rows for value in row])

    def upsert(self, cursor: CursorWrapper, row: Sequence[Parameter]) -> None:
        """Insert a row or replace the one with the same first column."""
        sets = ", ".join(f"{name} = excluded.{name}" for name in self.names[1:])
        cursor.execute(f"{self._head}{self._row} ON CONFLICT ({self.names[0]}) DO UPDATE SET {sets}", row)

    @property
    def assignments(self) -> str:
        """`"a" = %s, "b" = %s`, for an UPDATE."""
        return ", ".join(f"{name} = %s" for name in self.names)


def column(model: type[Model], field: str) -> str:
    """Name of the column of a field."""
    found = model._meta.get_field(field)
    if not isinstance(found, Field) or found.column is None:
        raise TypeError(f"{model.__name__}.{field} has no column")
    return found.column


def quoted(name: str) -> str:
    """Quote a name of ours; both databases take double quotes."""
    return f'"{name}"'
