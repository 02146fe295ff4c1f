# SPDX-License-Identifier: Apache-2.0
"""Cases: the journal, the row that lists are made of, the reporters' rooms, drops and the outbox.

Indexes are what keeps a page of the inbox at the cost of a page: each serves one way of looking, ends with what the
page is ordered by, and so is read from where the last page stopped.
"""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code, Sealed
from tocsin.adapters.db.models.projects import Project


class CaseRow(models.Model):
    """Head and list row of one case in one row, so that a change reads and writes one."""

    ref = Code(primary_key=True, max_length=32)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    phase = Code(max_length=20)
    open = models.BooleanField()
    waits_for = Code(max_length=20)
    lead = Code()
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    next_due = models.DateTimeField()
    wake_at = models.DateTimeField()
    body = Sealed()
    by_drop = models.BooleanField()

    class Meta:
        db_table = "tocsin_case"
        indexes = (
            models.Index(fields=["project", "open", "next_due", "ref"], name="tocsin_case_due"),
            models.Index(fields=["project", "open", "waits_for", "next_due", "ref"], name="tocsin_case_waits"),
            models.Index(fields=["project", "open", "phase", "next_due", "ref"], name="tocsin_case_phase"),
            models.Index(
                fields=["project", "open", "lead", "next_due", "ref"],
                name="tocsin_case_lead",
                condition=~models.Q(lead=""),
            ),
            models.Index(
                fields=["project", "updated_at", "ref"],
                name="tocsin_case_ended",
                condition=models.Q(open=False),
            ),
            models.Index(fields=["wake_at", "ref"], name="tocsin_case_wake"),
            models.Index(fields=["ref"], name="tocsin_case_by_drop", condition=models.Q(by_drop=True)),
        )

    def __str__(self) -> str:
        return str(self.ref)


class CaseKeyRow(models.Model):
    """The wrapped key of one case, in a table of its own: shredding a case is removing this one row, and backups keep
    it apart from what it opens, for a bounded time (`boot.backup`)."""

    case = models.OneToOneField(CaseRow, models.PROTECT, primary_key=True, related_name="key")
    wrapped = Sealed()

    class Meta:
        db_table = "tocsin_case_key"

    def __str__(self) -> str:
        return str(self.case_id)


class JournalRow(models.Model):
    """One journal line of one case. Rows are added, never changed."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="journal", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    body = Sealed()

    class Meta:
        db_table = "tocsin_journal"

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq}"


class SnapshotRow(models.Model):
    """The newest snapshot of a case: a shortcut, never the truth."""

    case = models.OneToOneField(CaseRow, models.PROTECT, primary_key=True, related_name="snapshot")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    body = Sealed()

    class Meta:
        db_table = "tocsin_snapshot"

    def __str__(self) -> str:
        return f"{self.case_id} at {self.seq}"


class RoomRow(models.Model):
    """A reporter's room. Locator and public key are made from a return phrase that nobody here knows."""

    id = Code(primary_key=True)
    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="rooms")
    locator = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "tocsin_room"

    def __str__(self) -> str:
        return str(self.id)


class RoomCopyRow(models.Model):
    """One line of the reporter's own copy, sealed to the room's public key. `n` keeps the order."""

    n = models.BigAutoField(primary_key=True)
    id = Code(unique=True)
    room = models.ForeignKey(RoomRow, models.CASCADE, related_name="copies", db_index=False)
    at = models.DateTimeField()
    body = Sealed()

    class Meta:
        db_table = "tocsin_room_copy"
        indexes = (models.Index(fields=["room", "n"], name="tocsin_room_copy_order"),)

    def __str__(self) -> str:
        return str(self.id)


class DropRow(models.Model):
    """Something for an existing case, sealed to the instance. Answered, it keeps its id so that it comes in once."""

    id = Code(primary_key=True)
    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    body = Sealed()
    answered = models.BooleanField(default=False)

    class Meta:
        db_table = "tocsin_drop"
        indexes = (models.Index(fields=["at", "id"], name="tocsin_drop_waiting", condition=models.Q(answered=False)),)

    def __str__(self) -> str:
        return str(self.id)


class OutboxRow(models.Model):
    """One effect. `free_at` is when it may next be taken: when it is due, or when its lease runs out."""

    id = Code(primary_key=True)
    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="+", db_index=False)
    kind = Code()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    free_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    body = Sealed()
    error = Code(default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tocsin_outbox"
        indexes = (
            models.Index(fields=["free_at", "id"], name="tocsin_outbox_free", condition=models.Q(done_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
