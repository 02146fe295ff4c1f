# SPDX-License-Identifier: Apache-2.0
"""Ways of telling people that something happened. To add one: one file here, one line in `NOTIFIERS`, one folder of
test data in `tests/data/notifiers`. What is and is not a notifier: `services.ports.notifier`.

`smtp` and `mailbox` (ports of mail that leaves) and `by_apprise` (a port of chats) are what they tell through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.adapters.notifiers import chat, log, mail
from tocsin.services.ports.notifier import Notifier

# The log comes first: what is told again because mail could not be queued is told at least there.
NOTIFIERS: Final[Mapping[str, Notifier]] = {
    "log": log.NOTIFIER,
    "mail": mail.NOTIFIER,
    "chat": chat.NOTIFIER,
}
