# SPDX-License-Identifier: Apache-2.0
"""Publication: where an advisory is announced, and in which order (S58-S61).

The order is fixed: the releases are out, then the project's own site, then the CVE record, then the forge, then lists,
then chat and people. Who reads a chat message finds the advisory; who reads the advisory finds the release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Reaction, Section, Sentence, Shape, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group, Publish, PublishKind
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Affectedness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy, PublishChannel

ORDER: Final = (
    PublishKind.SITE,
    PublishKind.GITHUB_ADVISORY,
    PublishKind.OSS_SECURITY,
    PublishKind.MAILING_LIST,
    PublishKind.BLOG,
    PublishKind.WEBHOOK,
    PublishKind.MATRIX,
    PublishKind.SLACK,
    PublishKind.MASTODON,
    PublishKind.TWITTER,
    PublishKind.OTHER,
)
"""Announcements in their order; releases come before, the CVE record between the site and the forge."""

LABELS: Final = {
    PublishKind.SLACK: "Slack",
    PublishKind.TWITTER: "Twitter",
    PublishKind.MAILING_LIST: "mailing lists",
    PublishKind.BLOG: "blog",
    PublishKind.MATRIX: "Matrix",
    PublishKind.MASTODON: "Mastodon",
    PublishKind.OSS_SECURITY: "oss-security",
    PublishKind.WEBHOOK: "webhooks",
    PublishKind.OTHER: "other channels",
}
"""What a document calls the additional channels."""


class Terms(clause.Terms, kw_only=True):
    """The channels in the order in which they are used."""

    channels: tuple[PublishChannel, ...]
    after_release: bool


def read(policy: Policy) -> Terms | None:
    """Read `publish`."""
    stated = policy.publish
    if not stated or not (stated.channel or stated.after_release):
        return None
    return Terms(
        sentences=tuple(_say(policy, stated)),
        channels=tuple(sorted(stated.channel, key=lambda channel: ORDER.index(channel.kind))),
        after_release=stated.after_release,
    )


def _say(policy: Policy, stated: Publish) -> Iterator[Sentence]:
    our = voice(policy)
    for index, channel in enumerate(stated.channel):
        if channel.kind is PublishKind.GITHUB_ADVISORY:
            public = f"[public advisory]({channel.to})" if channel.to else "public advisory"
            community = f"the {our.called} community" if our.of_it else f"{our.called}'s community"
            article = "a" if channel.to else "the"
            text = f"{our.team} {our.does('publish', 'publishes')} {article} {public} to {community} via GitHub."
            yield says(policy, f"publish.channel.{index}.kind", text, (Section.DISCLOSURE, 0, 0))
    more = [LABELS[channel.kind] for channel in stated.channel if channel.kind in LABELS]
    if more:
        users = f"{our.called} users" if our.of_it else f"{our.called}'s users"
        effect = (
            f"assist in educating {users} and rolling out the patched release to affected users"
            if stated.educate
            else "be used"
        )
        text = f"In most cases, additional communication via {_oxford(more)} will {effect}."
        yield says(policy, "publish.educate", text, (Section.DISCLOSURE, 0, 10))
    if stated.after_release:
        text = f"Upon release of the patched version of {our.called}, we will follow the **Public Disclosure Process**."
        yield says(policy, "publish.after_release", text, (Section.RESPONSE, 80, 20), Shape.STEP)


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Caution]:
    """Remind whoever publishes that no release has the fix yet, where the document promises that order."""
    released = any(line.state is Affectedness.FIXED for line in facts.lines)
    if move.name is MoveName.PUBLISH and terms.after_release and not released:
        because = "No line has a release with the fix yet; the policy announces upon release."
        yield Caution(code="no-release", because=because, rule="publish.after_release", cite=terms.cite)


def react(terms: Terms, _facts: Facts, move: Move) -> Iterator[Reaction]:
    """List the announcements in their order when the advisory goes out."""
    if move.name is MoveName.PUBLISH:
        for channel in terms.channels:
            because = "the policy asks for it" if channel.required else "the policy names it"
            yield Reaction(name=f"announce:{channel.kind.value}", because=because, to=(Group.LEAD,), cite=terms.cite)


def _oxford(words: list[str]) -> str:
    return f"{', '.join(words[:-1])}, and {words[-1]}" if len(words) > 1 else words[0]


CLAUSE: Final = Clause(name="publication", rows=("S58", "S59", "S60", "S61"), read=read, guard=guard, react=react)
