# SPDX-License-Identifier: Apache-2.0
"""Tokens of the API, and the answers it gave to requests that must not be carried out twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tocsin.adapters.db.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("tocsin", "0002_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="RepeatRow",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("request", models.BinaryField()),
                ("at", models.DateTimeField(db_index=True)),
                ("answer", tocsin.adapters.db.models.fields.Sealed()),
            ],
            options={
                "db_table": "tocsin_repeat",
            },
        ),
        migrations.CreateModel(
            name="ApiTokenRow",
            fields=[
                ("id", tocsin.adapters.db.models.fields.Code(max_length=64, primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("label", models.TextField()),
                ("scopes", tocsin.adapters.db.models.fields.Code(max_length=40)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tocsin.project",
                    ),
                ),
            ],
            options={
                "db_table": "tocsin_api_token",
            },
        ),
    ]
