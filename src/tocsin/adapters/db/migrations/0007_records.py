# SPDX-License-Identifier: Apache-2.0
"""Small sealed records beside the cases, and what strangers leave at the front."""

from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    """Adds `tocsin_record` and `tocsin_arrival`."""

    dependencies = [("tocsin", "0006_publication_log")]

    operations = [
        migrations.CreateModel(
            name="RecordRow",
            fields=[
                (
                    "key",
                    tocsin.adapters.db.models.fields.Code(max_length=200, primary_key=True, serialize=False),
                ),
                ("kind", tocsin.adapters.db.models.fields.Code(max_length=32)),
                ("project", tocsin.adapters.db.models.fields.Code()),
                ("record", tocsin.adapters.db.models.fields.Code(max_length=100)),
                ("version", models.PositiveIntegerField()),
                ("due_at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
            ],
            options={"db_table": "tocsin_record"},
        ),
        migrations.CreateModel(
            name="ArrivalRow",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=100, primary_key=True, serialize=False)),
                ("kind", tocsin.adapters.db.models.fields.Code(max_length=32)),
                ("project", tocsin.adapters.db.models.fields.Code()),
                ("at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                ("taken", models.BooleanField()),
            ],
            options={"db_table": "tocsin_arrival"},
        ),
        migrations.AddIndex(
            model_name="recordrow",
            index=models.Index(fields=["kind", "project", "record"], name="tocsin_record_kind"),
        ),
        migrations.AddIndex(
            model_name="recordrow",
            index=models.Index(fields=["kind", "due_at", "key"], name="tocsin_record_due"),
        ),
        migrations.AddIndex(
            model_name="arrivalrow",
            index=models.Index(
                fields=["at", "id"], name="tocsin_arrival_waiting", condition=models.Q(("taken", False))
            ),
        ),
    ]
