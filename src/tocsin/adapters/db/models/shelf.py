# SPDX-License-Identifier: Apache-2.0
"""What is published. Tables of their own, in clear, without any key to the cases; only the publish step writes them."""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code, Number


class PublishedAdvisory(models.Model):
    """What a list of advisories shows of one. `project` is not a foreign key: the shelf stands alone."""

    id = Code(primary_key=True)
    project = Code()
    revision = models.PositiveIntegerField()
    title = models.TextField()
    summary = models.TextField()
    severity = Code(max_length=20)
    score = models.FloatField()
    cve_id = Code()
    affected = models.TextField()
    fixed = models.TextField()
    published_at = models.DateTimeField()
    modified_at = models.DateTimeField()

    class Meta:
        db_table = "tocsin_published_advisory"
        indexes = (
            models.Index(fields=["project", "published_at", "id"], name="tocsin_published_newest"),
            models.Index(fields=["modified_at", "id"], name="tocsin_published_changed"),
        )

    def __str__(self) -> str:
        return str(self.id)


class PublishedDocument(models.Model):
    """One published document, byte for byte as it is served."""

    pk = models.CompositePrimaryKey("advisory_id", "format")
    advisory = models.ForeignKey(PublishedAdvisory, models.CASCADE, related_name="documents", db_index=False)
    format = Code(max_length=20)
    position = models.PositiveSmallIntegerField()
    name = models.TextField()
    media_type = Code(max_length=127)
    body = models.BinaryField()
    sha256 = Code()
    signature = models.TextField(default="", blank=True)

    class Meta:
        db_table = "tocsin_published_document"

    def __str__(self) -> str:
        return f"{self.advisory_id} {self.format}"


class Publication(models.Model):
    """Every publication that ever was, in order, with the card as it read then. Rows are only ever added."""

    serial = Number(primary_key=True)
    project = Code()
    number = models.PositiveIntegerField()
    advisory = Code()
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    card = models.BinaryField()

    class Meta:
        db_table = "tocsin_publication"
        constraints = (models.UniqueConstraint(fields=["project", "number"], name="tocsin_publication_number"),)

    def __str__(self) -> str:
        return f"{self.serial} {self.advisory}"
