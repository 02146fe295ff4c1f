# SPDX-License-Identifier: Apache-2.0
"""Projects, every policy they ever had, and their public counters."""

from __future__ import annotations

from django.db import models

from tocsin.adapters.db.models.fields import Code


class Project(models.Model):
    """A project of the installation. `policy` is the version in force."""

    id = Code(primary_key=True)
    name = models.TextField()
    prefix = Code(unique=True, max_length=10)
    policy = Code()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "tocsin_project"

    def __str__(self) -> str:
        return str(self.id)


class PolicyVersion(models.Model):
    """One policy as it was adopted, with the texts it extended then, so that it reads the same for ever."""

    pk = models.CompositePrimaryKey("project_id", "version")
    project = models.ForeignKey(Project, models.PROTECT, related_name="versions", db_index=False)
    version = Code()
    toml = models.TextField()
    bases = models.JSONField(default=dict)
    adopted_at = models.DateTimeField()
    adopted_by = Code()

    class Meta:
        db_table = "tocsin_policy_version"

    def __str__(self) -> str:
        return f"{self.project_id} {self.version}"


class Counter(models.Model):
    """The last number given in one public series of a project and a year."""

    pk = models.CompositePrimaryKey("project_id", "series", "year")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    series = Code(max_length=20)
    year = models.PositiveIntegerField()
    value = models.PositiveIntegerField()

    class Meta:
        db_table = "tocsin_counter"

    def __str__(self) -> str:
        return f"{self.project_id} {self.series} {self.year}: {self.value}"
