# SPDX-License-Identifier: Apache-2.0
"""The team's own public key: made or taken by the operator, published where programs and people look for it.

It lies in the published tree as the Web Key Directory wants it (both methods, with the policy file) and in armour
beside it, and security.txt points there.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.mail_out import wkd
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.app import Desk
from tocsin.services.ports.openpgp import Certificate
from tocsin.services.post.sender import mailbox
from tocsin.services.post.writing import NO_SENDER

POLICY: Final = f"{wkd.DIRECTORY}/policy"


def create(desk: Desk, project: ProjectId) -> Certificate | Refused:
    """Make a key for the project's mailbox and publish it; keys that were there go on opening old mail."""
    sender = mailbox(desk, project)
    if sender is None:
        return NO_SENDER
    made = desk.post.teams.make(project, [f"{sender.name} <{sender.address}>"])
    return made if isinstance(made, Refused) else _published(desk, project, made)


def take(desk: Desk, project: ProjectId, secret: bytes) -> Certificate | Refused:
    """Take a key that the team has already, and publish its public half."""
    made = desk.post.teams.take(project, secret)
    return made if isinstance(made, Refused) else _published(desk, project, made)


def _published(desk: Desk, project: ProjectId, made: Certificate) -> Certificate:
    publish(desk, project)
    return made


def publish(desk: Desk, project: ProjectId) -> bool:
    """Put the newest key into the tree; False without a key, a mailbox or a tree. Repeating it changes nothing."""
    key, sender = desk.post.teams.certificate(project), mailbox(desk, project)
    if key is None or sender is None or desk.press is None:
        return False
    tree = desk.press.tree
    for path in wkd.own_paths(sender.address):
        tree.write(path, key.body)
    tree.write(POLICY, b"")
    tree.write(f"{wkd.DIRECTORY}/{sender.address.rpartition('@')[2].lower()}/policy", b"")
    tree.write(wkd.armoured_path(project), key.armour.encode())
    tree.flush()
    return True
