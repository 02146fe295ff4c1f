# SPDX-License-Identifier: Apache-2.0
"""What outgoing mail needs of an installation. Built in `boot.wiring`; without a way out nothing is queued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.services.ports.http import Http
from tocsin.services.ports.mail_out import Kept, Sends
from tocsin.services.ports.openpgp import NoTeamKeys, Reads, TeamKeys


@dataclass(frozen=True)
class Post:
    """`sends` is the way out, `teams` the key holder, `reads` reads public keys, `http` asks key directories. `sender`
    is written from where a project's policy names no mailbox; `host` stands in Message-IDs."""

    sends: Sends | None = None
    teams: TeamKeys = field(default_factory=NoTeamKeys)
    reads: Reads | None = None
    http: Http | None = None
    sender: str = ""
    host: str = "tocsin.invalid"
    kept: Callable[[], list[Kept]] | None = None
    """Reads the folder that takes the mails of a trial."""
