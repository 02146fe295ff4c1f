# SPDX-License-Identifier: Apache-2.0
"""Ways of telling people that something happened. To add one: one file here, one line in `NOTIFIERS`, one folder of
test data in `tests/data/notifiers`."""

from __future__ import annotations

from tocsin.adapters.notifiers import log

NOTIFIERS = {log.NOTIFIER.name: log.NOTIFIER}
