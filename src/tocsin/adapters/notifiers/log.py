# SPDX-License-Identifier: Apache-2.0
"""Tells by writing one line to the server's log: the case id and what happened, never what the matter is."""

from __future__ import annotations

import logging

from tocsin.core.notices import Notice
from tocsin.services.ports.notifier import Reach

_log = logging.getLogger("tocsin.notice")


class LogNotifier:
    """The notifier that every installation has, also without mail or chat."""

    name = "log"
    address = ""

    def tell(self, notice: Notice, reach: Reach) -> None:
        """Write the line."""
        _log.info("%s %s -> %s", notice.case, notice.what, notice.to)


NOTIFIER = LogNotifier()
