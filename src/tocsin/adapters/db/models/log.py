# SPDX-License-Identifier: Apache-2.0
"""The transparency log: commitments that wait, the tree, its checkpoints, sealed looks, and other instances' logs.

No row of the tree says whose it is: who holds a case's key can compute its commitments, and nobody else can link them.
"""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.cases import CaseRow
from tocsin.adapters.db.models.fields import Code, Number, Sealed


class LogNew(models.Model):
    """A commitment that waits for its place in the tree. Written by every change, so it has no index but its key."""

    n = models.BigAutoField(primary_key=True)
    commitment = models.BinaryField()

    class Meta:
        db_table = "tocsin_log_new"

    def __str__(self) -> str:
        return str(self.n)


class LogLeaf(models.Model):
    """A commitment at its place in the tree, for ever. Two processes that give out one place cannot both commit."""

    place = Number(primary_key=True)
    commitment = models.BinaryField(db_index=True)

    class Meta:
        db_table = "tocsin_log_leaf"

    def __str__(self) -> str:
        return str(self.place)


class LogNode(models.Model):
    """The hash of a complete subtree of two leaves or more, numbered as if the tree were written from left to right."""

    id = Number(primary_key=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "tocsin_log_node"

    def __str__(self) -> str:
        return str(self.id)


class LogCheckpoint(models.Model):
    """A signed note over the first `size` leaves."""

    size = Number(primary_key=True)
    at = models.DateTimeField()
    note = models.TextField()

    class Meta:
        db_table = "tocsin_log_checkpoint"

    def __str__(self) -> str:
        return str(self.size)


class LookRow(models.Model):
    """Somebody's look at an embargoed case; who it was is sealed."""

    n = models.BigAutoField(primary_key=True)
    id = Code(unique=True)
    case = models.ForeignKey(CaseRow, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    body = Sealed()

    class Meta:
        db_table = "tocsin_look"
        indexes = (models.Index(fields=["case", "n"], name="tocsin_look_order"),)

    def __str__(self) -> str:
        return str(self.id)


class LogPeer(models.Model):
    """Another instance's log as this one saw it last."""

    url = Code(primary_key=True, max_length=300)
    key = Code(max_length=400)
    at = models.DateTimeField()
    note = models.TextField()

    class Meta:
        db_table = "tocsin_log_peer"

    def __str__(self) -> str:
        return str(self.url)
