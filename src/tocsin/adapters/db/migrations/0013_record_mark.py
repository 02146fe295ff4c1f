# SPDX-License-Identifier: Apache-2.0
"""A mark by which records are found besides their ids: what a case has is read without the rest of its project."""

from __future__ import annotations

from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    """Adds the column, empty for rows that are there, and an index of the rows that have a mark or may lack one."""

    dependencies = [("tocsin", "0012_unsent")]

    operations = [
        migrations.AddField(
            model_name="recordrow",
            name="mark",
            field=tocsin.adapters.db.models.fields.Code(  # type: ignore[misc]  # the one code that may be NULL
                db_default="", max_length=40, null=True
            ),
        ),
        migrations.AddIndex(
            model_name="recordrow",
            index=models.Index(
                fields=["kind", "project", "mark", "record"],
                name="tocsin_record_mark",
                condition=models.Q(("mark__isnull", False)),
            ),
        ),
    ]
