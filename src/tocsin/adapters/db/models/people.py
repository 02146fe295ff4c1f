# SPDX-License-Identifier: Apache-2.0
"""People with an account, their roles, and the hashes of links that sign them in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tocsin.adapters.db.models.fields import Code
from tocsin.adapters.db.models.projects import Project


class PersonManager(BaseUserManager["Person"]):
    """Finds people by the address they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find the person with this address, however it is spelt in capitals."""
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Somebody who may sign in. The password stays unusable unless an installation chooses passwords."""

    id = Code(primary_key=True)
    name = models.TextField()
    email = Code(unique=True, max_length=254)
    is_active = models.BooleanField(default=True)
    stamp = Code(max_length=40, default="first")
    administrator = models.BooleanField(default=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "tocsin_person"

    def __str__(self) -> str:
        return str(self.id)


class Membership(models.Model):
    """One role of one person in one project."""

    pk = models.CompositePrimaryKey("person_id", "project_id", "role")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", db_index=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="memberships")
    role = Code(max_length=20)

    class Meta:
        db_table = "tocsin_membership"

    def __str__(self) -> str:
        return f"{self.person_id} is {self.role} of {self.project_id}"


class SignInLink(models.Model):
    """A link that signs somebody in once: the SHA-256 of its token, never the token."""

    hash = models.BinaryField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    good_until = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tocsin_sign_in_link"

    def __str__(self) -> str:
        return f"a link for {self.person_id}"
