# SPDX-License-Identifier: Apache-2.0
"""Row-level security lets a request reach one case more than its person's projects: that which it names as its own.

An administrator belongs to no project, so migration 0007 hides every case from them; break-glass, which two people
agree to, is for one case (`services.breakglass`). The session then names that case besides the person
(`adapters.db.scope`), and reaches its rows and no others.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from django.db import migrations

_before = import_module("tocsin.adapters.db.migrations.0007_row_security")

_ONE: Final = "(SELECT current_setting('tocsin.case', true))"
_SCOPE: Final = "ALTER POLICY scope ON tocsin_case USING ({});"
_MINE: Final = f"{_before._MACHINE} OR project_id = {_before._MINE}"

_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION tocsin_in_scope(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS
$$ SELECT EXISTS (SELECT 1 FROM tocsin_case WHERE ref = wanted AND ({{}}project_id = ANY (
       SELECT project_id::text FROM tocsin_membership WHERE person_id = {_before._WHO} AND role <> 'distributor'))) $$;
"""  # noqa: S608 - our names

FORWARDS: Final = _FUNCTION.format(f"ref = {_ONE} OR ") + _SCOPE.format(f"{_MINE} OR ref = {_ONE}")
BACKWARDS: Final = _FUNCTION.format("") + _SCOPE.format(_MINE)


class Migration(migrations.Migration):
    """Changes one function and one policy, on PostgreSQL."""

    dependencies = [("tocsin", "0008_custody")]

    operations = [_before.OnPostgreSQL(FORWARDS, BACKWARDS)]
