# SPDX-License-Identifier: Apache-2.0
"""Small sealed records beside the cases, and what strangers left at the front."""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code, Sealed


class RecordRow(models.Model):
    """One record. `key` is kind, project and id together, so that one comparison finds it. `mark` is empty in rows of a
    version that knew of none, and NULL where there is none: those are not in its index."""

    key = Code(primary_key=True, max_length=200)
    kind = Code(max_length=32)
    project = Code()
    record = Code(max_length=100)
    version = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    body = Sealed()
    mark = Code(max_length=40, null=True, db_default="")  # type: ignore[misc]  # the one code that may be NULL

    class Meta:
        db_table = "tocsin_record"
        indexes = (
            models.Index(fields=["kind", "project", "record"], name="tocsin_record_kind"),
            models.Index(fields=["kind", "due_at", "key"], name="tocsin_record_due"),
            models.Index(
                fields=["kind", "project", "mark", "record"],
                name="tocsin_record_mark",
                condition=models.Q(mark__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.key)


class ArrivalRow(models.Model):
    """Something left at the front; once taken up, only its id."""

    id = Code(primary_key=True, max_length=100)
    kind = Code(max_length=32)
    project = Code()
    at = models.DateTimeField()
    body = Sealed()
    taken = models.BooleanField()

    class Meta:
        db_table = "tocsin_arrival"
        indexes = (models.Index(fields=["at", "id"], name="tocsin_arrival_waiting", condition=models.Q(taken=False)),)

    def __str__(self) -> str:
        return str(self.id)
