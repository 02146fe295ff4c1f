# SPDX-License-Identifier: Apache-2.0
"""What use cases ask of the place where a project's code lives: private reports, advisories, comments, public issues.

Payloads of advisories are those of GitHub's REST API (`core.forge` reads them); another forge translates. Where a
forge has no advisories, a confidential issue stands for one, and its id is `ISSUE-` with its number. Every call
raises `targets.Trouble` where it cannot be done now and `targets.Rejected` where it can never be done like this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, Protocol

import msgspec

from tocsin.core.vocabulary import ProjectId

Payload = Mapping[str, Any]


USUAL: Final[Mapping[str, tuple[str, str]]] = {
    "github": ("https://api.github.com", "https://github.com"),
    "gitlab": ("https://gitlab.com/api/v4", "https://gitlab.com"),
    "by-hand": ("", "https://github.com"),
}
"""Addresses of API and pages, by kind, where the settings name none."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a project's code lives: `[forge.PROJECT]` of the settings.

    `minutes` lie between two looks. `watch_issues` looks for public issues that may be reports. `sections` are the
    headings that the repository's template asks for. `login` is the account of the token: what it writes is ours.
    """

    kind: Literal["github", "gitlab", "by-hand"] = "github"
    repository: str = ""
    api: str = ""
    web: str = ""
    login: str = ""
    minutes: float = 5.0
    watch_issues: bool = False
    sections: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a source that could not be asked (ValueError)."""
        parts = self.repository.split("/")
        good = len(parts) == 2 if self.kind == "github" else len(parts) >= 2
        if self.kind != "by-hand" and not (good and all(parts)):
            raise ValueError("forge.PROJECT.repository is written like example/example")
        api, web = USUAL[self.kind]
        msgspec.structs.force_setattr(self, "api", self.api or api)
        msgspec.structs.force_setattr(self, "web", self.web or web)
        if self.minutes < 1:
            raise ValueError("forge.PROJECT.minutes is at least 1")


class Comment(msgspec.Struct, frozen=True):
    """Words under an advisory or an issue."""

    id: int
    login: str
    body: str
    at: str


class Issue(msgspec.Struct, frozen=True):
    """A public issue."""

    number: int
    url: str
    title: str
    body: str
    login: str
    opened_at: datetime
    updated_at: datetime


class Forge(Protocol):
    """One repository on a forge. Every method raises `Trouble` or `Rejected` where it cannot do it."""

    @property
    def source(self) -> Source:
        """Its settings."""

    def private_reporting(self) -> bool:
        """Whether strangers can report privately there now."""

    def advisories(self, state: str) -> Sequence[Payload]:
        """Advisories in a state (`triage`, `draft`, `published`, `closed`), the one changed last first."""

    def advisory(self, ghsa: str) -> Payload | None:
        """One advisory; None where there is none that we may see."""

    def create(self, fields: Payload) -> Payload:
        """Make a draft."""

    def update(self, ghsa: str, fields: Payload) -> Payload:
        """Change an advisory, also its state."""

    def request_cve(self, ghsa: str) -> None:
        """Ask the forge, as a CNA, for an id; it comes later."""

    def comments(self, ghsa: str) -> Sequence[Comment] | None:
        """What was said under an advisory, oldest first; None where the forge has no such thing for programs."""

    def comment(self, ghsa: str, body: str) -> Comment:
        """Say something under an advisory."""

    def issues(self, since: datetime) -> Sequence[Issue]:
        """Public issues that changed since, oldest first."""

    def open_issue(self, title: str, body: str) -> Issue:
        """Open a public issue."""

    def replies(self, number: int) -> Sequence[Comment]:
        """What was said under an issue, oldest first."""

    def reply(self, number: int, body: str) -> Comment:
        """Say something under an issue."""


class Forges(Protocol):
    """The forges that the settings name."""

    def sources(self) -> Mapping[ProjectId, Source]:
        """Which project lives where."""

    def get(self, project: ProjectId, token: str) -> Forge | None:
        """A project's forge, spoken to with a token; None where the settings name none."""


class NoForges:
    """No forge is named."""

    def sources(self) -> Mapping[ProjectId, Source]:
        """Nothing."""
        return {}

    def get(self, project: ProjectId, token: str) -> Forge | None:
        """None."""
        return None
