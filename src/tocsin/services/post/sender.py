# SPDX-License-Identifier: Apache-2.0
"""As whom a project writes: the mailbox that its policy names first, else the one of the settings."""

from __future__ import annotations

from tocsin.core.mail_out.model import Mailbox, is_address
from tocsin.core.policy.model import ChannelKind
from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk


def mailbox(desk: Desk, project: ProjectId) -> Mailbox | None:
    """The project's mailbox with its name; None where neither policy nor settings name one."""
    info = desk.projects.get(project)
    name = f"{info.name} security" if info else "Security"
    address = desk.post.sender
    if info is not None:
        policy = desk.projects.policy(project, info.policy)
        stated = (each.address for each in (policy.intake.channel if policy.intake else ())
                  if each.kind is ChannelKind.EMAIL)  # fmt: skip
        address = next((each for each in stated if is_address(each)), address)
    return Mailbox(address=address, name=name) if is_address(address) else None
