# SPDX-License-Identifier: Apache-2.0
"""People on a database: accounts, roles per project, and links that sign in once.

A link's token is 256 random bits and only its SHA-256 is kept: a stolen database signs nobody in, and so much chance
needs no slow hash. Whether a token is unknown, used, late or its owner gone, redeeming it is the same one statement.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.apps import apps
from django.db.models import QuerySet

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import Membership, Person, Project, SignInLink
from tocsin.adapters.db.statements import Columns
from tocsin.core.access import READERS
from tocsin.core.vocabulary import Actor, ActorKind, ProjectId, Role
from tocsin.services.ports.world import Mint, PersonInfo

_LINK: Final = Columns(SignInLink, "hash", "person", "good_until", "used_at")
_PERSON: Final = Columns(Person, "id")
_STAMP: Final = f"{Columns(Person, 'stamp').select} WHERE id = %s AND is_active = TRUE"
_REDEEM: Final = f"""
    UPDATE {_LINK.table} SET used_at = %s WHERE hash = %s AND used_at IS NULL AND good_until > %s
    AND person_id IN (SELECT id FROM {_PERSON.table} WHERE is_active = TRUE) RETURNING person_id
"""  # noqa: S608 - our names


class DbPeople:
    """`world.People` on SQLite and PostgreSQL."""

    def __init__(self, mint: Mint, database: Database = DEFAULT) -> None:
        self._db = database
        self._mint = mint

    def actor(self, person: str, project: ProjectId) -> Actor | None:
        """The person as an actor in one project; without a role there, an actor who may do nothing."""
        with self._db.read():
            known = Person.objects.using(self._db.alias).filter(id=person, is_active=True)
            found = known.values_list("name", "administrator").first()
            if found is None:
                return None
            held = self._memberships().filter(person_id=person, project_id=project).values_list("role", flat=True)
            roles = frozenset([*map(Role, held), *([Role.ADMINISTRATOR] if found[1] else [])])
            return Actor(kind=ActorKind.PERSON, id=person, name=found[0], roles=roles)

    def projects(self, person: str) -> tuple[ProjectId, ...]:
        """Projects whose cases the person may read, in the order the projects were made."""
        with self._db.read():
            readable = Project.objects.using(self._db.alias).filter(
                memberships__person_id=person,
                memberships__person__is_active=True,
                memberships__role__in=[role.value for role in READERS],
            )
            return tuple(readable.distinct().order_by("made_at", "id").values_list("id", flat=True))

    def members(self, project: ProjectId) -> Sequence[tuple[PersonInfo, frozenset[Role]]]:
        """People of a project by name, without those whose account has ended."""
        with self._db.read():
            rows = self._memberships().filter(project_id=project, person__is_active=True)
            found: dict[PersonInfo, set[Role]] = {}
            for person, name, email, role in rows.values_list("person_id", "person__name", "person__email", "role"):
                found.setdefault(PersonInfo(id=person, name=name, email=email), set()).add(Role(role))
        listed = sorted(found, key=lambda person: (person.name, person.id))
        return [(person, frozenset(found[person])) for person in listed]

    def add(self, name: str, email: str, roles: dict[ProjectId, frozenset[Role]]) -> PersonInfo:
        """Make a person, or change the roles of the one with this address in the projects that are named."""
        address = email.strip().lower()
        if "@" not in address:
            raise ValueError("a person needs an e-mail address")
        with self._db.write():
            # The lock makes two who change the same person's roles take turns.
            person, new = (
                Person.objects.using(self._db.alias)
                .select_for_update()
                .get_or_create(email=address, defaults={"id": self._mint.id("usr"), "name": name, "password": "!"})
            )
            missing = roles.keys() - set(
                Project.objects.using(self._db.alias).filter(id__in=roles).values_list("id", flat=True)
            )
            if missing:
                raise LookupError(f"no such project: {', '.join(sorted(missing))}")
            self._memberships().filter(person=person, project_id__in=roles).delete()
            self._memberships().bulk_create(
                Membership(person=person, project_id=project, role=role.value)
                for project, held in roles.items()
                for role in sorted(held)
            )
            if not new:
                self._restamp(person.id)
        return PersonInfo(id=person.id, name=person.name, email=person.email)

    def person(self, person: str) -> PersonInfo | None:
        """Somebody by their id."""
        with self._db.read():
            found = Person.objects.using(self._db.alias).filter(id=person, is_active=True)
            row = found.values_list("id", "name", "email").first()
        return PersonInfo(id=row[0], name=row[1], email=row[2]) if row else None

    def administrators(self) -> Sequence[PersonInfo]:
        """Who looks after the installation."""
        with self._db.read():
            known = Person.objects.using(self._db.alias).filter(administrator=True, is_active=True)
            rows = known.order_by("name", "id").values_list("id", "name", "email")
            return [PersonInfo(id=person, name=name, email=email) for person, name, email in rows]

    def appoint(self, person: str, administrator: bool) -> None:
        """Make somebody an administrator, or no longer one."""
        with self._db.write():
            Person.objects.using(self._db.alias).filter(id=person).update(administrator=administrator)
            self._restamp(person)

    def everybody(self) -> Sequence[tuple[PersonInfo, Mapping[ProjectId, frozenset[Role]]]]:
        """Every account that has not ended."""
        with self._db.read():
            known = Person.objects.using(self._db.alias).filter(is_active=True).order_by("name", "id")
            people = [PersonInfo(id=each.id, name=each.name, email=each.email) for each in known]
            held: dict[str, dict[ProjectId, set[Role]]] = {each.id: {} for each in people}
            rows = self._memberships().filter(person__is_active=True)
            for person, project, role in rows.values_list("person_id", "project_id", "role"):
                held[person].setdefault(project, set()).add(Role(role))
        return [(each, {project: frozenset(roles) for project, roles in held[each.id].items()}) for each in people]

    def ever(self) -> Sequence[PersonInfo]:
        """Everybody who ever had an account."""
        with self._db.read():
            rows = Person.objects.using(self._db.alias).order_by("name", "id").values_list("id", "name", "email")
            return [PersonInfo(id=person, name=name, email=email) for person, name, email in rows]

    def end(self, person: str) -> None:
        """End an account."""
        with self._db.write():
            Person.objects.using(self._db.alias).filter(id=person).update(is_active=False)

    def stamp(self, person: str) -> str:
        """What a session of this person has to carry: every page asks."""
        return next((str(stamp) for (stamp,) in self._db.rows(_STAMP, (person,))), "") if person else ""

    def renew(self, person: str) -> str:
        """Change the stamp."""
        with self._db.write():
            return self._restamp(person)

    def reset(self, person: str) -> None:
        """Take password and second factors away, and end every session."""
        with self._db.write():
            Person.objects.using(self._db.alias).filter(id=person).update(password="!")  # noqa: S106 - matches nothing, as Django's
            if apps.is_installed("allauth.mfa"):
                apps.get_model("mfa", "Authenticator").objects.using(self._db.alias).filter(user_id=person).delete()
            self._restamp(person)

    def _restamp(self, person: str) -> str:
        stamp = self._mint.id("stp")
        Person.objects.using(self._db.alias).filter(id=person).update(stamp=stamp)
        return stamp

    def sign_in_link(self, person: str, now: datetime, good_until: datetime) -> str:
        """A token that signs the person in once; raises LookupError for somebody unknown or ended."""
        token = secrets.token_urlsafe(32)
        with self._db.write():
            if not Person.objects.using(self._db.alias).filter(id=person, is_active=True).exists():
                raise LookupError("no such person")
            links = SignInLink.objects.using(self._db.alias)
            links.filter(good_until__lte=now).delete()
            links.create(hash=_hash(token), person_id=person, good_until=good_until)
        return token

    def redeem(self, token: str, now: datetime) -> str | None:
        """The person whose token this is, using it up."""
        with self._db.write() as cursor:
            cursor.execute(_REDEEM, [self._db.stamp(now), _hash(token), self._db.stamp(now)])
            row = cursor.fetchone()
        return str(row[0]) if row else None

    def _memberships(self) -> QuerySet[Membership]:
        return Membership.objects.using(self._db.alias)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
