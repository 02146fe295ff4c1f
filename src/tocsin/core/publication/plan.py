# SPDX-License-Identifier: Apache-2.0
"""The plan: every target in the order in which it is served, and the digest that two people approve.

Source of the order: the process of both policies, “releases, then the disclosure” (S58).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.policy.model import Policy, PublishKind
from tocsin.core.publication.model import STAGES, Planned, Stage
from tocsin.core.vocabulary import Value

SITE: Final = Planned(name="site", kind="site", stage=Stage.SITE, required=True)
"""The one target that every plan has: the project's own page and documents."""

STAGE_OF: Final[Mapping[PublishKind, Stage]] = {
    PublishKind.SITE: Stage.SITE,
    PublishKind.GITHUB_ADVISORY: Stage.FORGE,
    PublishKind.OSS_SECURITY: Stage.LISTS,
    PublishKind.MAILING_LIST: Stage.LISTS,
    PublishKind.BLOG: Stage.CHAT,
    PublishKind.WEBHOOK: Stage.CHAT,
    PublishKind.MATRIX: Stage.CHAT,
    PublishKind.SLACK: Stage.CHAT,
    PublishKind.MASTODON: Stage.CHAT,
    PublishKind.TWITTER: Stage.CHAT,
    PublishKind.OTHER: Stage.CHAT,
}
"""Where in the order each of a policy's channels stands."""


class Wanted(Value):
    """A place that somebody wants the advisory at: by the policy, or by what is set up. `to` tells several apart."""

    kind: str
    stage: Stage
    to: str = ""
    key: str = ""
    required: bool = False
    by_hand: bool = False

    @property
    def name(self) -> str:
        """What the target is called in the plan, and for ever in the journal."""
        return f"{self.kind}:{self.to}" if self.to else self.kind


def channels(policy: Policy, *kinds: PublishKind) -> tuple[Wanted, ...]:
    """The places of these kinds that a policy names, in its order; of all kinds where none is given. The project's own
    site is not among them: it is always served."""
    stated = policy.publish.channel if policy.publish else ()
    return tuple(
        Wanted(kind=each.kind.value, stage=STAGE_OF[each.kind], to=each.to, required=each.required)
        for each in stated
        if each.kind is not PublishKind.SITE and (not kinds or each.kind in kinds)
    )


def order(targets: Iterable[Planned]) -> tuple[Planned, ...]:
    """Put targets in the order of their stages, each name once; within a stage they stay as they were given."""
    found = {each.name: each for each in targets}
    return tuple(sorted(found.values(), key=lambda each: STAGES.index(each.stage)))


def digest(record: str, at: datetime | None, targets: tuple[Planned, ...]) -> str:
    """SHA-256 over the digest of the record, the instant it is armed for, and every target with the hash of its bytes.

    Two approvals are bound to this: another word, place, order or instant is another plan.
    """
    return hashlib.sha256(msgspec.json.encode((record, at, targets), order="deterministic")).hexdigest()
