# SPDX-License-Identifier: Apache-2.0
"""The publications in their order, signatures beside published documents, and advisories by their last change."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import migrations, models

import tocsin.adapters.db.models.fields

_CARD = (
    "id", "project", "title", "summary", "severity", "score", "cve_id", "affected", "fixed", "published_at",
    "modified_at",
)  # fmt: skip


def number(apps: Any, schema: Any) -> None:
    """Number what was published before there were numbers, in the order of its last change."""
    cards = apps.get_model("tocsin", "PublishedAdvisory").objects.using(schema.connection.alias)
    publications = apps.get_model("tocsin", "Publication").objects.using(schema.connection.alias)
    own: dict[str, int] = {}
    for serial, card in enumerate(cards.order_by("modified_at", "id").iterator(), 1):
        own[card.project] = own.get(card.project, 0) + 1
        body = msgspec.json.encode({name: getattr(card, name) for name in _CARD})
        publications.create(
            serial=serial, project=card.project, number=own[card.project], advisory=card.id, revision=card.revision,
            at=card.modified_at, card=body,
        )  # fmt: skip


class Migration(migrations.Migration):
    """Adds `tocsin_publication`, `signature` and an index."""

    dependencies = [("tocsin", "0005_person_stamp")]

    operations = [
        migrations.AddField(
            model_name="publisheddocument", name="signature", field=models.TextField(default="", blank=True)
        ),
        migrations.AddIndex(
            model_name="publishedadvisory",
            index=models.Index(fields=["modified_at", "id"], name="tocsin_published_changed"),
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("serial", tocsin.adapters.db.models.fields.Number(primary_key=True, serialize=False)),
                ("project", tocsin.adapters.db.models.fields.Code()),
                ("number", models.PositiveIntegerField()),
                ("advisory", tocsin.adapters.db.models.fields.Code()),
                ("revision", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("card", models.BinaryField()),
            ],
            options={"db_table": "tocsin_publication"},
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(fields=["project", "number"], name="tocsin_publication_number"),
        ),
        migrations.RunPython(number, migrations.RunPython.noop),
    ]
