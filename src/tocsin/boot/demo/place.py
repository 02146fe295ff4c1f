# SPDX-License-Identifier: Apache-2.0
"""What the demo's processes tell each other. Apart, so that the one that waits need not load what others do."""

from __future__ import annotations

from typing import Final

import msgspec

MAIL: Final = "example.eml"
"""A report by mail, for `tocsin mail feed`."""


class Forge(msgspec.Struct, frozen=True):
    """A repository on a small GitHub, and the address of that."""

    repository: str
    api: str


class Outside(msgspec.Struct, frozen=True):
    """Where the outside world of the demo is reached: CVE Services, and each project's forge."""

    cna: str
    forges: dict[str, Forge]


class Place(msgspec.Struct, frozen=True):
    """Where an installation goes and where it will be reached, and the world outside that it speaks to; `smtp` is ""
    where no mail is handed over."""

    home: str
    public: str
    desk: str
    outside: Outside
    smtp: str = ""


class Filled(msgspec.Struct, frozen=True):
    """What there is: number of cases, projects by id and name, a one-time sign-in link for each person, and the mailbox
    of each project."""

    cases: int
    projects: dict[str, str]
    links: dict[str, str]
    boxes: dict[str, str]
