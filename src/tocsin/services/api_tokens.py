# SPDX-License-Identifier: Apache-2.0
"""API tokens: made by a person for a machine, for one project, some uses and at most ninety days.

A token's secret is 256 random bits and only its SHA-256 is kept. It lets nobody do what its person may not do at that
moment: roles are looked up at every request, in `core.access` as at the desk. It ends at once when their password,
second factor, roles or memberships change, as their sessions do: it carries the stamp that the account had.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.core.wire.access import PREFIX, NewToken, Scope, Token
from tocsin.services.app import Desk
from tocsin.services.ports.api import ApiToken

LONGEST: Final = timedelta(days=90)
USED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use is known: reading must not cost a write each time."""

MOST: Final = 50
"""Tokens of one person that are good at the same time."""

MAX_LABEL: Final = 60

NO_SUCH: Final = Refused(code="not-found", because="You have no such token.", rule="access")


@dataclass(frozen=True)
class Caller:
    """Somebody on whose behalf a request is made. `token` is None at this machine's own command line, where the person
    may do in every project whatever their roles allow; `secret` is what the token was shown with."""

    person: str
    token: ApiToken | None = None
    secret: str = ""

    @property
    def via(self) -> str:
        """How the journal names the token."""
        return self.token.id if self.token else ""

    def may_use(self, scope: Scope) -> bool:
        """Whether the token was made for this."""
        return self.token is None or scope in self.token.scopes

    def reaches(self, project: ProjectId) -> bool:
        """Whether the token was made for this project."""
        return self.token is None or self.token.project == project


def issue(
    desk: Desk, person: str, project: ProjectId, label: str, scopes: Iterable[Scope], days: int
) -> NewToken | Refused:
    """Make a token. Refuses a project that the person may not read, no use, a length beyond `LONGEST`, an unfit label
    and more than `MOST` at a time."""
    actor, asked, name = desk.people.actor(person, project), frozenset(scopes), " ".join(label.split())
    if desk.projects.get(project) is None or actor is None or not access.may_read(actor):
        return Refused(code="not-found", because="There is no such project.", rule="access")
    if not asked:
        return _unfit("Say what the token is for: read, write or publish.", "scopes")
    if not 1 <= days <= LONGEST.days:
        return _unfit(f"A token lasts from 1 to {LONGEST.days} days.", "days")
    if not name or len(name) > MAX_LABEL or not name.isprintable():
        return _unfit(f"Name what will use the token, in at most {MAX_LABEL} characters.", "label")
    now, stamp = desk.now(), desk.people.stamp(person)
    if sum(is_good(each, now) and each.stamp == stamp for each in desk.api_tokens.of_person(person)) >= MOST:
        return _unfit(f"You have {MOST} tokens already; end one first.", "tokens")
    secret = PREFIX + base64.urlsafe_b64encode(desk.mint.nonce() + desk.mint.nonce()).decode().rstrip("=")
    token = ApiToken(
        id=desk.mint.id("tok"),
        person=person,
        project=project,
        label=name,
        scopes=asked,
        made_at=now,
        expires_at=now + timedelta(days=days),
        stamp=stamp,
    )
    desk.api_tokens.keep(token, _digest(secret))
    return NewToken(secret=secret, token=shown(token))


def authenticate(desk: Desk, secret: str) -> Caller | None:
    """Find out for whom a token speaks; None for every kind of wrong. Notes that it was used."""
    token = desk.api_tokens.find(_digest(secret)) if secret.startswith(PREFIX) else None
    now = desk.now()
    if token is None or not is_good(token, now) or token.stamp != desk.people.stamp(token.person):
        return None
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
        desk.api_tokens.used(token.id, now)
        token = msgspec.structs.replace(token, last_used_at=now)
    return Caller(person=token.person, token=token, secret=secret)


def mine(desk: Desk, person: str) -> Sequence[Token]:
    """List a person's tokens, the newest first."""
    stamp = desk.people.stamp(person)
    return [shown(each, stamp) for each in desk.api_tokens.of_person(person)]


def revoke(desk: Desk, person: str, token: str) -> Token | Refused:
    """End one of a person's own tokens at once; somebody else's is not found."""
    if token not in {each.id for each in desk.api_tokens.of_person(person)}:
        return NO_SUCH
    desk.api_tokens.revoke(token, desk.now())
    return next(each for each in mine(desk, person) if each.id == token)


def is_good(token: ApiToken, now: datetime) -> bool:
    """Whether a token still speaks for its person, as long as their account is as it was."""
    return token.revoked_at is None and now < token.expires_at


def shown(token: ApiToken, stamp: str = "") -> Token:
    """Show a token to its owner, whose account has this stamp now; without one, a token that was just used."""
    return Token(
        id=token.id,
        label=token.label,
        project=token.project,
        scopes=tuple(each for each in Scope if each in token.scopes),
        made_at=token.made_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
        outlived=bool(stamp) and token.stamp != stamp,
    )


def _unfit(because: str, *missing: str) -> Refused:
    return Refused(code="token-unfit", because=because, rule="api tokens", missing=missing)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
