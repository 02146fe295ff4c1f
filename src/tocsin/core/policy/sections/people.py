# SPDX-License-Identifier: Apache-2.0
"""Who promises, who is named, and who redistributes. Part of `core.policy.model`."""

from __future__ import annotations

from enum import StrEnum

from tocsin.core.clock import Duration
from tocsin.core.vocabulary import Value


class Group(StrEnum):
    """Who a policy can name; `core.policy.groups` says which roles each stands for."""

    COMMITTER = "committer"
    RELEASE_MANAGER = "release-manager"
    MAINTAINERS = "maintainers"
    PROJECT_TEAM = "project-team"
    OWNER = "owner"
    TRIAGER = "triager"
    COORDINATOR = "coordinator"
    LEAD = "lead"
    ALL_MAINTAINERS = "all-maintainers"
    ON_CALL = "on-call"
    BACKUP_CONTACT = "backup-contact"
    REPORTER = "reporter"
    DISTRIBUTORS = "distributors"


class Project(Value):
    """Who promises. `team` is how the document calls those who answer, `called` how it calls the project inside a
    sentence ("this project"), `adopted_by` who adopted the policy (S1)."""

    id: str
    name: str
    prefix: str
    forge: str = ""
    team: str = "The maintainers"
    called: str = ""
    adopted_by: str = ""
    url: str = ""
    languages: tuple[str, ...] = ("en",)


class Distributors(Value):
    """What those who redistribute the product get, and do themselves (S63)."""

    own_advisories: bool | None = None
    notice: Duration | None = None
    max: Duration | None = None
    join: str = ""


class SafeHarbour(Value):
    """The promise not to pursue people who report in good faith."""

    text: str


class Credit(Value):
    """How reporters are thanked."""

    given: bool = True
    bounty: str = ""
