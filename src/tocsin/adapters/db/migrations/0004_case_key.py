# SPDX-License-Identifier: Apache-2.0
"""Case keys in a table of their own, so that a case can be shredded, and alarms and facts of the machine."""

import django.db.models.deletion
from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("tocsin", "0003_api"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseKeyRow",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="key",
                        serialize=False,
                        to="tocsin.caserow",
                    ),
                ),
                ("wrapped", tocsin.adapters.db.models.fields.Sealed()),
            ],
            options={
                "db_table": "tocsin_case_key",
            },
        ),
        migrations.RunSQL(
            "INSERT INTO tocsin_case_key (case_id, wrapped) SELECT ref, wrapped_key FROM tocsin_case",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="caserow", name="wrapped_key"),
        migrations.CreateModel(
            name="AlarmRow",
            fields=[
                (
                    "id",
                    tocsin.adapters.db.models.fields.Code(max_length=200, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("kind", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("case", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("actor", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("place", tocsin.adapters.db.models.fields.Code(max_length=64)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "tocsin_alarm",
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)), fields=["at", "id"], name="tocsin_alarm_untold"
                    ),
                    models.Index(fields=["at"], name="tocsin_alarm_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactRow",
            fields=[
                ("name", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("value", tocsin.adapters.db.models.fields.Code(max_length=200)),
            ],
            options={
                "db_table": "tocsin_fact",
            },
        ),
    ]
