# SPDX-License-Identifier: Apache-2.0
"""Tells Django that this package holds tables. Its label is `tocsin`: that is how every table's name begins."""

from __future__ import annotations

from django.apps import AppConfig


class TocsinConfig(AppConfig):
    """The tables of Tocsin."""

    name = "tocsin.adapters.db"
    label = "tocsin"
    verbose_name = "Tocsin"
    default_auto_field = "django.db.models.BigAutoField"
