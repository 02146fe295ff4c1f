# SPDX-License-Identifier: Apache-2.0
"""Tells Django of the account pages, and connects what has to happen when an account changes."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The account pages."""

    name = "tocsin.delivery.desk.accounts"
    label = "tocsin_accounts"

    def ready(self) -> None:
        """Listen from now on."""
        from tocsin.delivery.desk.accounts import signals

        signals.connect()
