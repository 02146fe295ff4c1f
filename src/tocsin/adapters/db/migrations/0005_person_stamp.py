# SPDX-License-Identifier: Apache-2.0
"""A stamp for every account: a session carries it, and whatever ends sessions changes it."""

from __future__ import annotations

from django.db import migrations

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    """Adds `stamp`; sessions from before have none and end."""

    dependencies = [("tocsin", "0004_case_key")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="stamp",
            field=tocsin.adapters.db.models.fields.Code(default="first", max_length=40),
        )
    ]
