# SPDX-License-Identifier: Apache-2.0
"""What a project shows to others to be let in: a token or key for its repository, its forge, and where it announces.

Each is one sealed record of the project (`services.book`): only the key holder gives out the key that opens it, and it
is opened for the moment of use. It is set and forgotten by an owner of the project, and shown to nobody again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tocsin.core import announce
from tocsin.core.vocabulary import Actor, ProjectId, Refused, Role, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.ports.git import Credential

KIND: Final = "credential"
REPOSITORY: Final = "repository"
FORGE: Final = "forge"
CHANNEL: Final = "channel-"
NOTIFY: Final = "notify-"
USES: Final = {
    REPOSITORY: "fetching the project's repository: a token for https, or a private key for ssh",
    FORGE: "the project's forge: a token for its API",
    **{f"{CHANNEL}{each}": f"announcing in {each}: an address in apprise's form" for each in announce.KINDS},
}
"""Every use by name, in words for people; each notifier that needs an address has one more."""

_LONGEST: Final = 20_000


def uses(desk: Desk) -> Mapping[str, str]:
    """Every use that this installation knows, by name, in words for people."""
    return USES | {f"{NOTIFY}{each.name}": each.address for each in desk.notifiers if each.address}


class Entry(Value):
    """A credential as it is kept, with who set it when."""

    credential: Credential
    by: str
    at: datetime

    def __repr__(self) -> str:
        return f"<credential set by {self.by}>"


def book(desk: Desk) -> Book[Entry]:
    """Credentials of all projects, by use."""
    return Book(desk, KIND, Entry)


def put(desk: Desk, project: ProjectId, use: str, credential: Credential, actor: Actor | None) -> Kept[Entry] | Refused:
    """Keep a credential in the place of the one before. Refused for whoever is no owner, and for what cannot be one."""
    if refused := _may_not(desk, use, actor):
        return refused
    if not credential.secret.strip() or len(credential.secret) > _LONGEST or ":" in credential.user:
        because = f"A credential has up to {_LONGEST} characters, and a user's name no colon."
        return Refused(code="credential", because=because, rule="credentials")
    entry = Entry(credential=credential, by=actor.id if actor else "", at=desk.now())
    held = book(desk).get(project, use)
    return book(desk).change(held, entry) if held else book(desk).add(project, use, entry)


def forget(desk: Desk, project: ProjectId, use: str, actor: Actor | None) -> bool | Refused:
    """Forget a credential for good; False where there was none. Refused for whoever is no owner."""
    if refused := _may_not(desk, use, actor):
        return refused
    held = book(desk).get(project, use)
    return book(desk).remove(held) if held else False


def held(desk: Desk, project: ProjectId, actor: Actor | None) -> tuple[Kept[Entry], ...] | Refused:
    """Which credentials a project has; Refused for whoever is no owner."""
    return _may_not(desk, REPOSITORY, actor) or tuple(book(desk).all(project))


def of(desk: Desk, project: ProjectId, use: str) -> Credential | None:
    """The credential for a use, at the moment of use."""
    found = book(desk).get(project, use)
    return found.value.credential if found else None


def _may_not(desk: Desk, use: str, actor: Actor | None) -> Refused | None:
    if actor is None or Role.OWNER not in actor.roles:
        return Refused(code="not-found", because="There is no such project.", rule="access")
    if use not in uses(desk):
        because = f"A credential is for {' or '.join(uses(desk))}."
        return Refused(code="credential-use", because=because, rule="credentials")
    return None
