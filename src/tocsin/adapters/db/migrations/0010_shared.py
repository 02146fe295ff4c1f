# SPDX-License-Identifier: Apache-2.0
"""What several processes count and remember together: reports of an hour, attempts to sign in."""

from __future__ import annotations

from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    """Adds the two tables."""

    dependencies = [("tocsin", "0009_break_glass")]

    operations = [
        migrations.CreateModel(
            name="CountRow",
            fields=[
                (
                    "name",
                    tocsin.adapters.db.models.fields.Code(max_length=120, primary_key=True, serialize=False),
                ),
                ("hour", models.DateTimeField(db_index=True)),
                ("count", models.IntegerField()),
            ],
            options={"db_table": "tocsin_count"},
        ),
        migrations.CreateModel(
            name="PassingRow",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("until", models.DateTimeField(db_index=True)),
                ("value", models.TextField()),
            ],
            options={"db_table": "tocsin_passing"},
        ),
    ]
