# SPDX-License-Identifier: Apache-2.0
"""Lists of known and likely attacks, kept compact in the data directory and read back in place."""

from __future__ import annotations

from tocsin.adapters.signals.files import FileSignals

__all__ = ["FileSignals"]
