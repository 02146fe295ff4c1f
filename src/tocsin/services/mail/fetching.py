# SPDX-License-Identifier: Apache-2.0
"""Looks into a mailbox and keeps what is new in it, a message at a time: kept first, marked as seen after."""

from __future__ import annotations

import logging

from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.app import Desk
from tocsin.services.mail import arriving
from tocsin.services.ports.mail import Fetches

_log = logging.getLogger("tocsin.mail")


def fetch(desk: Desk, project: ProjectId, mailbox: Fetches) -> int:
    """Keep what is new in a project's mailbox; returns how many were. One that cannot be reached is asked again with
    the next look, and the reason is in the log."""
    if desk.mail is None:
        return 0
    kept = 0
    try:
        for message in mailbox():
            done = arriving.receive(
                desk.mail.front, project, arriving.pieces(message.raw), message.envelope, message.name
            )  # fmt: skip
            if isinstance(done, Refused):
                _log.warning("a mail of %s is left in its mailbox: %s", project, done.code)
            kept += done is True
    except OSError as error:
        _log.warning("the mailbox of %s cannot be looked into: %s", project, type(error).__name__)
    return kept
