# SPDX-License-Identifier: Apache-2.0
"""Announcements where people talk (S60): one text for each place, shown before, said once.

A chat cannot be asked what it holds, so a try that was cut short is a person's to look at: nothing is said twice. The
address of a channel holds its credentials; it is kept sealed and shown nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.core import announce, egress
from tocsin.core.advisory.model import Advisory
from tocsin.core.announce import KINDS
from tocsin.core.disclosure import Cleared
from tocsin.core.policy.model import Policy, PublishKind
from tocsin.core.publication import Stage, Wanted
from tocsin.core.publication.plan import channels as stated
from tocsin.core.vocabulary import ProjectId
from tocsin.services import credentials
from tocsin.services.app import Desk
from tocsin.services.ports.targets import Found, Matter, Payload, Rejected


def channels(desk: Desk, project: ProjectId) -> frozenset[str]:
    """The kinds of places for which the project keeps an address (`services.credentials`)."""
    return frozenset(each for each in KINDS if credentials.of(desk, project, f"{credentials.CHANNEL}{each}"))


TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Chats:
    """One kind of place where people talk."""

    desk: Desk
    of: PublishKind
    stage: Stage = Stage.CHAT
    blind: bool = True

    @property
    def kind(self) -> str:
        """The policy's word for it."""
        return self.of.value

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where the policy names it."""
        return stated(policy, self.of)

    def preview(self, matter: Matter) -> Payload:
        """The text."""
        body = announce.text(matter.advisory, self.of)
        return Payload(
            key=matter.advisory.id, media_type=TEXT, body=body.encode(), about=announce.title(matter.advisory)
        )

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Nobody can ask."""
        return None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Say it."""
        use = f"{credentials.CHANNEL}{self.kind}"
        kept = credentials.of(self.desk, matter.project, use)
        if kept is None:
            raise Rejected(f"no address is kept for {self.kind} any more: tocsin credential set PROJECT {use}")
        text = payload.body.decode()
        refused = egress.held([text], self.desk.guard.words, self.desk.guard.canaries, "The announcement")
        if refused:
            raise Rejected(refused.because)
        self.desk.outside.chat(kept.secret.strip(), announce.title(cleared.advisory), text)
        return Found(where=self.kind, same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """What was said is taken at its word."""
        return Found(where=self.kind, same=True)
