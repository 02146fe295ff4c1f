# SPDX-License-Identifier: Apache-2.0
"""Mail in memory: the real parser in this process, because tests write their own mails."""

from __future__ import annotations

from tocsin.adapters.child.mail import mail
from tocsin.core.mail.message import Message
from tocsin.services.ports.child import Failed


def parsed(content: bytes) -> Message | Failed:
    """Take a mail apart, as the child would."""
    try:
        return mail(content)
    except (ValueError, LookupError, RecursionError):
        return Failed(because="it could not be taken apart")
