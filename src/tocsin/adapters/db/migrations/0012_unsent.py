# SPDX-License-Identifier: Apache-2.0
"""Marks on files that belong to nothing that was sent."""

from __future__ import annotations

from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    """Adds the table."""

    dependencies = [("tocsin", "0011_ended")]

    operations = [
        migrations.CreateModel(
            name="UnsentRow",
            fields=[
                (
                    "blob",
                    tocsin.adapters.db.models.fields.Code(max_length=32, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField(db_index=True)),
                ("size", models.BigIntegerField()),
                ("condemned", models.BooleanField(default=False)),
            ],
            options={"db_table": "tocsin_unsent"},
        ),
    ]
