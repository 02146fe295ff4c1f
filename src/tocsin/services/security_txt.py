# SPDX-License-Identifier: Apache-2.0
"""security.txt (RFC 9116) for all projects of the installation, made from their policies, so that it cannot go stale.

The field `CSAF` (CSAF 2.0 and 2.1, requirement 8) stands there for a site that is reached over https, as it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Final

from tocsin.core.feeds.csaf import METADATA, Edition, metadata_path
from tocsin.core.mail_out.wkd import armoured_path
from tocsin.core.policy.model import Channel, ChannelKind, Policy
from tocsin.services.ports.world import Projects

PATH: Final = ".well-known/security.txt"
SHORTEST_TERM: Final = timedelta(days=90)
LONGEST_TERM: Final = timedelta(days=364)
"""RFC 9116, 2.5.5: recommended to be less than a year ahead."""

Field = tuple[str, str]


def _none(_: str) -> bool:
    return False


def security_txt(
    projects: Projects,
    root: str,
    renewed: datetime,
    csaf: bool,
    keys: Callable[[str], bool] = _none,
    closed: Callable[[str], bool] = _none,
) -> str:
    """The file as it reads today; `root` is where the site is reached, `csaf` whether it provides CSAF documents, and
    `keys` whether a file with a team's key is there. A project that is `closed` is not named, unless all of them are:
    the file has to name somebody, whose page says where to go.

    `renewed` is when its term began: now, or earlier while a canary report waits for an answer (`canary.renewed`).
    """
    return "".join(f"{name}: {value}\n" for name, value in _fields(projects, root, renewed, csaf, keys, closed))


def _fields(
    projects: Projects, root: str, now: datetime, csaf: bool, there: Callable[[str], bool],
    closed: Callable[[str], bool],
) -> Iterator[Field]:  # fmt: skip
    policies = [(each.id, projects.policy(each.id, each.policy)) for each in projects.all()]
    policies = [each for each in policies if not closed(each[0])] or policies
    contacts = [contact for project, policy in policies for contact in _contacts(root, project, policy)]
    for contact in dict.fromkeys(contacts):
        yield "Contact", contact
    yield "Expires", _expires(now, [policy for _, policy in policies])
    own = [f"{root}/{path}" for path in (armoured_path(project) for project, _ in policies) if there(path)]
    keys = own + [each.key for _, policy in policies for each in _channels(policy) if "://" in each.key]
    for key in dict.fromkeys(keys):
        yield "Encryption", key
    thanks = [policy.security_txt.acknowledgments for _, policy in policies if policy.security_txt]
    for page in dict.fromkeys(filter(None, thanks)):
        yield "Acknowledgments", page
    languages = dict.fromkeys(tongue for _, policy in policies for tongue in policy.project.languages)
    yield "Preferred-Languages", ", ".join(languages) or "en"
    yield "Canonical", f"{root}/{PATH}"
    for project, _ in policies:
        yield "Policy", f"{root}/p/{project}/policy"
    if csaf and root.startswith("https://"):
        for path in (METADATA, *(metadata_path(each) for each in Edition)):
            yield "CSAF", f"{root}/{path}"


def _contacts(root: str, project: str, policy: Policy) -> Iterator[str]:
    """The project's doors in the order of its policy, which is their order of preference; ours comes last if unsaid."""
    form = f"{root}/p/{project}/report"
    for channel in _channels(policy):
        match channel.kind:
            case ChannelKind.EMAIL if channel.address:
                yield f"mailto:{channel.address}"
            case ChannelKind.WEB:
                yield form
            case _ if channel.url.startswith("https://"):
                yield channel.url
            case _:
                pass
    yield form


def _channels(policy: Policy) -> tuple[Channel, ...]:
    return policy.intake.channel if policy.intake else ()


def _expires(now: datetime, policies: list[Policy]) -> str:
    """The end of the shortest term that a policy states, at midnight, so that the file is the same all day."""
    terms = [policy.security_txt.expires_after.roughly for policy in policies if policy.security_txt]
    term = min([*terms, LONGEST_TERM]) if terms else SHORTEST_TERM
    day = (now + term).date()
    return f"{datetime.combine(day, time.min):%Y-%m-%dT%H:%M:%S}Z"
