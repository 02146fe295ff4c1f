# SPDX-License-Identifier: Apache-2.0
"""Second factors as django-allauth keeps them, asked where there is no browser (RFC 6238 codes, recovery codes).

A code of an app is good for its half minute; within it another process takes it once more. A recovery code is used up.
"""

from __future__ import annotations

from django.apps import apps

from tocsin.adapters.db.database import DEFAULT, Database

_TYPED = ("totp", "recovery_codes")


class DbFactors:
    """`factors.Factors` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def held(self, person: str) -> bool:
        """Whether there is any; nobody has one where accounts are not set up (a trial)."""
        if not apps.is_installed("allauth.mfa"):
            return False
        with self._db.read():
            found = apps.get_model("mfa", "Authenticator").objects.using(self._db.alias)
            return bool(found.filter(user_id=person).exists())

    def shown(self, person: str, code: str) -> bool:
        """Whether the code is right; see the port."""
        if not apps.is_installed("allauth.mfa"):
            return False
        with self._db.write():
            found = apps.get_model("mfa", "Authenticator").objects.using(self._db.alias)
            return any(each.wrap().validate_code(code) for each in found.filter(user_id=person, type__in=_TYPED))
