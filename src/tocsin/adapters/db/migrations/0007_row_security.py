# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's row-level security as a second wall behind our own access table; on SQLite there is nothing to do.

The session says on whose behalf it works (`adapters.db.scope`): a person's id, `*` for the machine itself, `intake` for
the process that faces the internet, and nothing for a session that said nothing, which then sees nothing. A person's
projects are read from their memberships by the database itself. Intake may add lines only to a case that it opens in
the same transaction. The owner of the tables (migrations, `tocsin db`) passes the wall; `tocsin db roles` makes the
roles that do not.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

_WHO = "current_setting('tocsin.person', true)"

# In a function, because whoever is kept out of `tocsin_case` may not name it in a policy. The path is the migration's
# own, so that nobody's temporary table stands in for ours.
FUNCTIONS = f"""
CREATE FUNCTION tocsin_projects() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT array_agg(project_id::text) FROM tocsin_membership WHERE person_id = {_WHO} AND role <> 'distributor' $$;

CREATE FUNCTION tocsin_in_scope(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS
$$ SELECT EXISTS (SELECT 1 FROM tocsin_case WHERE ref = wanted AND project_id = ANY (
       SELECT project_id::text FROM tocsin_membership WHERE person_id = {_WHO} AND role <> 'distributor')) $$;

CREATE FUNCTION tocsin_room_in_scope(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS
$$ SELECT EXISTS (SELECT 1 FROM tocsin_room WHERE id = wanted AND tocsin_in_scope(case_id)) $$;

CREATE FUNCTION tocsin_opened_now(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS
$$ SELECT EXISTS (SELECT 1 FROM tocsin_case WHERE ref = wanted AND xmin = pg_current_xact_id()::xid) $$;
"""  # noqa: S608 - our names

_MINE = "ANY ((SELECT tocsin_projects())::text[])"
_MACHINE = f"(SELECT {_WHO}) = '*'"
_INTAKE = f"(SELECT {_WHO}) = 'intake'"

OWNED = {
    "case_key": "case_id", "journal": "case_id", "snapshot": "case_id", "outbox": "case_id", "look": "case_id",
    "drop": "case_id", "room": "case_id",
}  # fmt: skip
"""Tables whose rows belong to a case, and the column that says to which."""

POLICIES = "\n".join(
    [
        f"CREATE POLICY scope ON tocsin_case USING ({_MACHINE} OR project_id = {_MINE});",
        # What intake opens is sealed to the instance, and nobody has worked on it.
        f"CREATE POLICY intake ON tocsin_case FOR INSERT WITH CHECK ({_INTAKE} AND by_drop);",
        *(
            f"CREATE POLICY scope ON tocsin_{table} USING ({_MACHINE} OR tocsin_in_scope({column}));"
            for table, column in OWNED.items()
        ),
        *(
            f"CREATE POLICY intake ON tocsin_{table} FOR INSERT WITH CHECK ({_INTAKE} AND tocsin_opened_now(case_id));"
            for table in ("case_key", "journal", "outbox", "room")
        ),
        f"CREATE POLICY intake ON tocsin_drop FOR INSERT WITH CHECK ({_INTAKE} AND NOT answered);",
        f"CREATE POLICY visit ON tocsin_room FOR SELECT USING ({_INTAKE});",
        f"CREATE POLICY forget ON tocsin_room FOR DELETE USING ({_INTAKE});",
        f"CREATE POLICY scope ON tocsin_room_copy USING ({_MACHINE} OR tocsin_room_in_scope(room_id));",
        f"CREATE POLICY visit ON tocsin_room_copy USING ({_INTAKE});",
    ]
)
WALLED = ("case", *OWNED, "room_copy")

FORWARDS = (
    FUNCTIONS + POLICIES + "\n" + "\n".join(f"ALTER TABLE tocsin_{each} ENABLE ROW LEVEL SECURITY;" for each in WALLED)
)
BACKWARDS = "\n".join(
    [
        *(f"ALTER TABLE tocsin_{each} DISABLE ROW LEVEL SECURITY;" for each in WALLED),
        *(f"DROP POLICY scope ON tocsin_{each};" for each in WALLED),
        *(
            f"DROP POLICY intake ON tocsin_{each};"
            for each in ("case", "case_key", "journal", "outbox", "room", "drop")
        ),
        "DROP POLICY visit ON tocsin_room; DROP POLICY forget ON tocsin_room; DROP POLICY visit ON tocsin_room_copy;",
        "DROP FUNCTION tocsin_room_in_scope(text); DROP FUNCTION tocsin_in_scope(text);",
        "DROP FUNCTION tocsin_opened_now(text); DROP FUNCTION tocsin_projects();",
    ]
)


class OnPostgreSQL(migrations.RunSQL):
    """Statements for PostgreSQL; other databases have no such thing and take none."""

    def database_forwards(self, app_label: Any, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Run them, where they mean something."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: Any, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take them back."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    """Adds policies and the functions that they ask."""

    dependencies = [("tocsin", "0007_records")]

    operations = [OnPostgreSQL(FORWARDS, BACKWARDS)]
