# SPDX-License-Identifier: Apache-2.0
"""`ports.chat` by apprise: Slack, Matrix, Mastodon, X, Discord, Teams and a hundred more, by one form of address.

apprise speaks HTTP by itself, past our own client: so the guard has looked at the text before (`services.chat`), and
here the host of the address is looked at, where it names one. It is an extra, takes a second to load, and is loaded
when something is said, in the worker only.

Source: apprise 2.x, `Apprise.instantiate`, `NotifyBase.notify`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tocsin.services.ports.targets import Rejected, Trouble

SECONDS: Final = 20.0
"""For each step of speaking; apprise's own word for it stands in the address."""


@dataclass(frozen=True)
class AppriseChat:
    """Speaks through apprise. `public` says whether a host is one of the public internet, or named by the settings."""

    public: Callable[[str], bool]

    def __call__(self, address: str, title: str, text: str) -> None:
        """Say one text; see the port."""
        spoken = self._spoken(address)
        host = getattr(spoken, "host", "") or ""
        if host and not self.public(str(host)):
            raise Rejected("the address leads to a machine inside; name its host in egress.hosts if that is meant")
        spoken.socket_connect_timeout = spoken.socket_read_timeout = SECONDS
        try:
            said = spoken.notify(body=text, title=title)
        except Exception as error:
            raise Rejected(f"nobody can tell whether it was said: {type(error).__name__}") from None
        if not said:
            raise Rejected("it was not said, or nobody can tell; look there before you have it tried again")

    def _spoken(self, address: str) -> Any:
        try:
            import apprise
        except ImportError:
            raise Trouble("apprise is not installed: tocsin[apprise]", person=True) from None
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold addresses, and addresses are secrets
        found = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if found is None:
            raise Rejected("this is no address that apprise knows")
        return found
