# SPDX-License-Identifier: Apache-2.0
"""Clocks of others that a project follows in every case (`core.limits`). Part of the model."""

from __future__ import annotations

from datetime import date

from tocsin.core.vocabulary import Value


class Limits(Value):
    """Lists, coordinators and laws the project goes by; limits that start with a recorded moment need no naming.

    `steward_since` is the day from which a project that follows `cra-steward` counts its duties: readings differ, so
    the project says it.
    """

    apply: tuple[str, ...] = ()
    steward_since: date | None = None
