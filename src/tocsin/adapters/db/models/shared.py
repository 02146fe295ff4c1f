# SPDX-License-Identifier: Apache-2.0
"""What several processes count and remember together for a while, and nobody needs afterwards."""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code


class CountRow(models.Model):
    """How often something was counted within an hour: reports by source (a keyed hash), by project, and all."""

    name = Code(primary_key=True, max_length=120)
    hour = models.DateTimeField(db_index=True)
    count = models.IntegerField()

    class Meta:
        db_table = "tocsin_count"

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"


class PassingRow(models.Model):
    """Something that is remembered for a while (attempts to sign in, codes that were used), under a keyed hash."""

    key = models.BinaryField(primary_key=True)
    until = models.DateTimeField(db_index=True)
    value = models.TextField()

    class Meta:
        db_table = "tocsin_passing"

    def __str__(self) -> str:
        return bytes(self.key).hex()


class UnsentRow(models.Model):
    """A stored file that belongs to nothing that was sent. Whoever removes the mark has the file; `condemned`, the
    worker has it."""

    blob = Code(primary_key=True, max_length=32)
    at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField()
    condemned = models.BooleanField(default=False)

    class Meta:
        db_table = "tocsin_unsent"

    def __str__(self) -> str:
        return str(self.blob)
