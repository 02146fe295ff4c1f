# SPDX-License-Identifier: Apache-2.0
"""The transparency log, and looks at embargoed cases."""

import django.db.models.deletion
from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("tocsin", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                ("size", tocsin.adapters.db.models.fields.Number(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("note", models.TextField()),
            ],
            options={
                "db_table": "tocsin_log_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="LogLeaf",
            fields=[
                ("place", tocsin.adapters.db.models.fields.Number(primary_key=True, serialize=False)),
                ("commitment", models.BinaryField(db_index=True)),
            ],
            options={
                "db_table": "tocsin_log_leaf",
            },
        ),
        migrations.CreateModel(
            name="LogNew",
            fields=[
                ("n", models.BigAutoField(primary_key=True, serialize=False)),
                ("commitment", models.BinaryField()),
            ],
            options={
                "db_table": "tocsin_log_new",
            },
        ),
        migrations.CreateModel(
            name="LogNode",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Number(primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "tocsin_log_node",
            },
        ),
        migrations.CreateModel(
            name="LogPeer",
            fields=[
                ("url", tocsin.adapters.db.models.fields.Code(max_length=300, primary_key=True, serialize=False)),
                ("key", tocsin.adapters.db.models.fields.Code(max_length=400)),
                ("at", models.DateTimeField()),
                ("note", models.TextField()),
            ],
            options={
                "db_table": "tocsin_log_peer",
            },
        ),
        migrations.CreateModel(
            name="LookRow",
            fields=[
                ("n", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
                ("body", tocsin.adapters.db.models.fields.Sealed()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tocsin.caserow",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_look",
                "indexes": [models.Index(fields=["case", "n"], name="tocsin_look_order")],
            },
        ),
    ]
