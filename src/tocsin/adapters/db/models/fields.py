# SPDX-License-Identifier: Apache-2.0
"""Kinds of columns that the tables are made of: short codes in clear, numbers that are keys, and sealed bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
    _Bytes = models.BinaryField[bytes, bytes]
    _Number = models.BigIntegerField[int, int]
else:
    _Text = models.CharField
    _Number = models.BigIntegerField
    _Bytes = models.BinaryField


class Code(_Text):
    """An id or a word of ours, compared byte by byte on every database.

    SQLite compares that way; PostgreSQL would follow the language of the operating system, and its indexes would break
    when an upgrade changes that language's rules.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The type; spelt out for PostgreSQL, because Django adds a second index for LIKE to what it calls varchar."""
        if connection.vendor == "postgresql":
            return f"character varying({self.max_length})"
        return super().db_type(connection)

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Type and collation."""
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class Number(_Number):
    """A number of 64 bits that the program gives out as a key."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The type; SQLite keeps the rows themselves in the order of a key whose type is spelt INTEGER."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class Sealed(_Bytes):
    """Ciphertext with its associated data checked on opening: worthless without a key, worthless in another row."""
