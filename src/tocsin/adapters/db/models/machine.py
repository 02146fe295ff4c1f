# SPDX-License-Identifier: Apache-2.0
"""What the machine knows about itself: alarms, and facts such as when a backup was last restored."""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code


class AlarmRow(models.Model):
    """Something that should never happen, once a day for each kind, case and person. It says where, never what."""

    id = Code(primary_key=True, max_length=200)
    at = models.DateTimeField()
    kind = Code()
    case = Code()
    actor = Code()
    place = Code()
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tocsin_alarm"
        indexes = (
            models.Index(fields=["at", "id"], name="tocsin_alarm_untold", condition=models.Q(told_at__isnull=True)),
            models.Index(fields=["at"], name="tocsin_alarm_at"),
        )

    def __str__(self) -> str:
        return str(self.id)


class FactRow(models.Model):
    """One fact, the newest of its name."""

    name = Code(primary_key=True)
    at = models.DateTimeField()
    value = Code(max_length=200)

    class Meta:
        db_table = "tocsin_fact"

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
