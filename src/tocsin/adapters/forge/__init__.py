# SPDX-License-Identifier: Apache-2.0
"""Where projects' code lives. To add a kind of forge: one file here, one line in `FORGES`, and its row of facts in
`services.ports.forge.KINDS`, which is all that the rest of the product knows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.adapters.forge import by_hand, github, gitlab
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.forge import Forge, Source
from tocsin.services.ports.http import Http

FORGES: Final[Mapping[str, Callable[[Source, str, Http], Forge]]] = {
    "by-hand": by_hand.ByHand,
    "github": github.GitHub,
    "gitlab": gitlab.GitLab,
}
"""Who speaks to a kind of forge: made of the settings, a token, and a way to ask."""


@dataclass(frozen=True)
class ConfiguredForges:
    """`ports.forge.Forges` from the settings."""

    named: Mapping[ProjectId, Source]
    http: Http

    def sources(self) -> Mapping[ProjectId, Source]:
        """Which project lives where."""
        return self.named

    def get(self, project: ProjectId, token: str) -> Forge | None:
        """A project's forge."""
        source = self.named.get(project)
        return FORGES[source.kind](source, token, self.http) if source else None
