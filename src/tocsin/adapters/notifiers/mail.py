# SPDX-License-Identifier: Apache-2.0
"""Tells by mail: one letter for each member of the team who is meant, when they want to hear of it.

Whom a notice means, quiet hours and daily mails are `services.post.telling`. A letter says no more than the log does,
unless it can be encrypted.
"""

from __future__ import annotations

from tocsin.core.notices import Notice
from tocsin.services.ports.notifier import Reach


class MailNotifier:
    """Members of the team by mail. What is of no case has letters of its own (held mail, the daily mail)."""

    name = "mail"
    address = ""

    def tell(self, notice: Notice, reach: Reach) -> None:
        """Queue the letters; those of the same cause are there already."""
        if notice.case:
            reach.mail(notice, reach.cause)


NOTIFIER = MailNotifier()
