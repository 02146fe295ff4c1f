# SPDX-License-Identifier: Apache-2.0
"""security.txt from the policy: RFC 9116, fields in the order of its example (section 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Duration
from tocsin.core.policy.model import Channel, ChannelKind, SecurityTxt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.model import Policy

_HALF_A_YEAR: Final = Duration.parse("180 days")
_CERTAIN_FIRST: Final = {ChannelKind.WEB: 0, ChannelKind.EMAIL: 1, ChannelKind.GITHUB_PVR: 2, ChannelKind.PLATFORM: 3}


def security_txt(policy: Policy, now: datetime, url: str = "", closed: frozenset[ChannelKind] = frozenset()) -> str:
    """Write the file as it stands at `now`. Raises ValueError when the policy has no `security_txt` or no contact.

    `url` is the address of the installation for a policy that does not name it; the file is then good for half a year.

    Only channels that are really there are named (S17): not one that may be absent, or that was found `closed`.
    """
    stated = policy.security_txt or (SecurityTxt(url=url, expires_after=_HALF_A_YEAR) if url else None)
    if not stated:
        raise ValueError("the policy has no [security_txt]: url and expires_after are needed")
    contacts = [uri for kind, uri in _contacts(policy, stated.url.rstrip("/")) if kind not in closed]
    if not contacts:
        raise ValueError("the policy names no channel that is certain to be there (RFC 9116, 2.5.3)")
    base = stated.url.rstrip("/")
    expires = policy.calendar.after(now, stated.expires_after).replace(microsecond=0)
    lines = [f"Contact: {contact}" for contact in contacts]
    lines.append(f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}")
    lines.extend(f"Encryption: {key}" for key in _keys(policy))
    if stated.acknowledgments:
        lines.append(f"Acknowledgments: {stated.acknowledgments}")
    lines.append(f"Preferred-Languages: {', '.join(stated.languages or policy.project.languages)}")
    lines.append(f"Canonical: {base}/.well-known/security.txt")
    lines.append(f"Policy: {base}/policy")
    return "\n".join(lines) + "\n"


def _contacts(policy: Policy, url: str) -> Iterator[tuple[ChannelKind, str]]:
    """Every certain door as a URI, in the order of preference (RFC 9116, 2.5.3)."""
    channels = policy.intake.channel if policy.intake else ()
    for channel in sorted(channels, key=lambda each: _CERTAIN_FIRST.get(each.kind, 9)):
        if not channel.may_be_absent and (uri := _uri(policy, channel, url)):
            yield channel.kind, uri


def _uri(policy: Policy, channel: Channel, url: str) -> str:
    forge = policy.project.forge.rstrip("/")
    uris = {
        ChannelKind.WEB: channel.url or f"{url}/report",
        ChannelKind.EMAIL: f"mailto:{channel.address}",
        ChannelKind.GITHUB_PVR: f"{forge}/security/advisories/new" if forge else "",
        ChannelKind.PLATFORM: channel.url if channel.url.startswith("https://") else "",
    }
    return uris.get(channel.kind, "")


def _keys(policy: Policy) -> Iterator[str]:
    """Keys as URIs; a bare fingerprint becomes an `openpgp4fpr:` URI, as RFC 9116 (2.5.4) shows."""
    for channel in policy.intake.channel if policy.intake else ():
        if channel.key:
            bare = "".join(channel.key.split())
            yield channel.key if ":" in channel.key else f"openpgp4fpr:{bare.lower()}"
