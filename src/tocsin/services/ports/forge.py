# SPDX-License-Identifier: Apache-2.0
"""What use cases ask of the place where a project's code lives: private reports, advisories, comments, public issues.

Payloads of advisories are those of GitHub's REST API (`core.forge` reads them); another forge translates. Where a
forge has no advisories, a confidential issue stands for one, and its id is `ISSUE-` with its number. Every call
raises `targets.Trouble` where it cannot be done now and `targets.Rejected` where it can never be done like this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from tocsin.core.vocabulary import ProjectId

Payload = Mapping[str, Any]


class Kind(msgspec.Struct, frozen=True):
    """What is so of every forge of a kind.

    `api` and `web` are the addresses where the settings name none. `programs` says that programs may use it, with a
    token; `nested` that a repository's name may have more than two parts; `advisories` that ours can be published
    there. `events` are those to tick for its webhook.
    """

    api: str
    web: str
    programs: bool = True
    nested: bool = False
    advisories: bool = False
    events: str = "repository advisories, issues"


KINDS: Final[Mapping[str, Kind]] = {
    "github": Kind(api="https://api.github.com", web="https://github.com", advisories=True),
    "gitlab": Kind(
        api="https://gitlab.com/api/v4",
        web="https://gitlab.com",
        nested=True,
        events="issues, confidential issues, comments",
    ),
    "by-hand": Kind(api="", web="https://github.com", programs=False),
}
"""One row for each kind of forge; who speaks to it is one file of `adapters.forge`."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a project's code lives: `[forge.PROJECT]` of the settings.

    `minutes` lie between two looks. `watch_issues` looks for public issues that may be reports. `sections` are the
    headings that the repository's template asks for. `login` is the account of the token: what it writes is ours.
    """

    kind: str = "github"
    repository: str = ""
    api: str = ""
    web: str = ""
    login: str = ""
    minutes: float = 5.0
    watch_issues: bool = False
    sections: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a source that could not be asked (ValueError)."""
        if self.kind not in KINDS:
            raise ValueError(f"forge.PROJECT.kind is one of {', '.join(KINDS)}")
        parts = self.repository.split("/")
        good = len(parts) == 2 or (self.about.nested and len(parts) > 2)
        if self.about.programs and not (good and all(parts)):
            raise ValueError("forge.PROJECT.repository is written like example/example")
        msgspec.structs.force_setattr(self, "api", self.api or self.about.api)
        msgspec.structs.force_setattr(self, "web", self.web or self.about.web)
        if self.minutes < 1:
            raise ValueError("forge.PROJECT.minutes is at least 1")

    @property
    def about(self) -> Kind:
        """What is so of every forge of this kind."""
        return KINDS[self.kind]


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
