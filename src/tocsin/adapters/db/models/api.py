# SPDX-License-Identifier: Apache-2.0
"""Tokens of the API as hashes, and the answers it has given to requests that must not be carried out twice."""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code, Sealed
from tocsin.adapters.db.models.people import Person
from tocsin.adapters.db.models.projects import Project


class ApiTokenRow(models.Model):
    """A token: the SHA-256 of its secret, never the secret."""

    id = Code(primary_key=True)
    digest = models.BinaryField(unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    label = models.TextField()
    scopes = Code(max_length=40)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    stamp = Code(max_length=40, default="")

    class Meta:
        db_table = "tocsin_api_token"

    def __str__(self) -> str:
        return str(self.id)


class RepeatRow(models.Model):
    """A request that was taken up under a key of its sender's; the answer, once there is one, is sealed."""

    key = models.BinaryField(primary_key=True)
    request = models.BinaryField()
    at = models.DateTimeField(db_index=True)
    answer = Sealed()

    class Meta:
        db_table = "tocsin_repeat"

    def __str__(self) -> str:
        return bytes(self.key).hex()
