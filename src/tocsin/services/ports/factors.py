# SPDX-License-Identifier: Apache-2.0
"""What a person can show besides their name where there is no browser: a code."""

from __future__ import annotations

from typing import Protocol


class Factors(Protocol):
    """Second factors of people. Passkeys need a browser; who has one only shows a recovery code."""

    def held(self, person: str) -> bool:
        """Whether somebody has set up a second factor of any kind."""

    def shown(self, person: str, code: str) -> bool:
        """Whether a code is right now that of the person's authenticator app, or one of their recovery codes that was
        not used yet; it is used then."""


class NoFactors:
    """Nobody has any: a house in memory."""

    def held(self, person: str) -> bool:
        """Nobody."""
        return False

    def shown(self, person: str, code: str) -> bool:
        """None is right."""
        return False
