# SPDX-License-Identifier: Apache-2.0
"""Channels: the doors that are advertised are the doors that are open (S12, S15-S18).

A door the project does not vouch for (`may_be_absent`) is named with that caution, and never as the only one: a policy
whose every door may be absent is refused when it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Sentence, Shape, Terms, says
from tocsin.core.policy.model import Channel, ChannelKind
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.model import Policy
    from tocsin.core.policy.voice import Voice

_PVR: Final = (
    "https://docs.github.com/en/code-security/security-advisories/"
    "guidance-on-reporting-and-writing/privately-reporting-a-security-vulnerability"
)


def read(policy: Policy) -> Terms | None:
    """Read `intake.channel`."""
    channels = policy.intake.channel if policy.intake else ()
    if not channels:
        return None
    return Terms(sentences=tuple(_say(policy, channels, voice(policy))))


def _say(policy: Policy, channels: tuple[Channel, ...], our: Voice) -> Iterator[Sentence]:
    intro = (
        f"To report a vulnerability or a security-related issue, please contact {our.inside} with enough details "
        "through one of the following channels:"
    )
    yield says(policy, "intake.channel", intro, (Section.REPORTING, 30, 0))
    for index, channel in enumerate(channels):
        rule = f"intake.channel.{index}"
        yield says(policy, f"{rule}.kind", _door(policy, channel), (Section.REPORTING, 31, index), Shape.ITEM)
        if channel.encryption in ("encouraged", "required", "optional"):
            text = f"The use of encrypted email is {channel.encryption}."
            yield says(policy, f"{rule}.encryption", text, (Section.REPORTING, 10, 10 + 2 * index))
        if channel.key:
            text = f"The key for encrypted email is {channel.key}."
            yield says(policy, f"{rule}.key", text, (Section.REPORTING, 10, 11 + 2 * index))
        if channel.private_list:
            text = (
                f"Use {channel.address} to report security concerns to {our.inside}, who {our.does('use', 'uses')} the "
                "list to privately discuss security issues and fixes prior to disclosure."
            )
            yield says(policy, f"{rule}.private_list", text, (Section.LISTS, 0, index), Shape.ITEM)


def _door(policy: Policy, channel: Channel) -> str:
    """Name one door and how to go through it."""
    forge, form = policy.project.forge.rstrip("/"), channel.url or policy.project.url
    doors = {
        ChannelKind.WEB: f"Through the [private report form]({form})" if form else "Through our private report form",
        ChannelKind.EMAIL: f"By email to {channel.address}",
        ChannelKind.MAINTAINERS: "Directly via their individual email addresses",
        ChannelKind.PLATFORM: f"Through the reporting platform at {channel.url}",
        ChannelKind.GITHUB_PVR: (
            f"Open a [GitHub Security Advisory]({_PVR}). This allows for anyone to report security vulnerabilities "
            "directly and privately to the maintainers via GitHub."
            + (f" The form is at {forge}/security/advisories/new." if forge and not channel.may_be_absent else "")
        ),
    }
    absent = " Note that this option may not be present for every repository." if channel.may_be_absent else ""
    return doors[channel.kind] + absent


CLAUSE: Final = Clause(name="channels", rows=("S12", "S15", "S16", "S17", "S18"), read=read)
