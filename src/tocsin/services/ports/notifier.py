# SPDX-License-Identifier: Apache-2.0
"""Telling people that something happened in a case, and never what: notifications end in chat rooms and inboxes."""

from __future__ import annotations

from typing import Protocol

from tocsin.core.notices import Notice


class Notifier(Protocol):
    """One way of telling. May be called twice for the same notice; raises OSError when it cannot tell now."""

    def tell(self, notice: Notice) -> None:
        """Tell that `notice.what` happened in `notice.case`."""
