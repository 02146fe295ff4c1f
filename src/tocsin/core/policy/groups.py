# SPDX-License-Identifier: Apache-2.0
"""Which roles the people named in a policy hold. What a role may do at all is in `core.access`."""

from __future__ import annotations

from typing import Final

from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import Actor, ActorKind, Role

ROLES: Final[dict[Group, frozenset[Role]]] = {
    Group.COMMITTER: frozenset({Role.OWNER, Role.MAINTAINER}),
    Group.RELEASE_MANAGER: frozenset({Role.RELEASE_MANAGER}),
    Group.MAINTAINERS: frozenset({Role.OWNER, Role.MAINTAINER}),
    Group.ALL_MAINTAINERS: frozenset({Role.OWNER, Role.MAINTAINER}),
    Group.OWNER: frozenset({Role.OWNER}),
    Group.TRIAGER: frozenset({Role.OWNER, Role.MAINTAINER, Role.TRIAGER}),
    Group.COORDINATOR: frozenset({Role.COORDINATOR}),
    Group.PROJECT_TEAM: frozenset(
        {Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.TRIAGER, Role.PUBLISHER, Role.COORDINATOR}
    ),
}
"""Groups that stand for roles. The others name one person of a case, or people outside the team."""


def holds(roles: frozenset[Role], group: Group) -> bool:
    """Say whether somebody with `roles` belongs to `group`."""
    return bool(ROLES.get(group, frozenset()) & roles)


def speaks_for(actor: Actor, group: Group) -> bool:
    """Say whether a person may decide in the name of `group`."""
    return actor.kind is ActorKind.PERSON and holds(actor.roles, group)
