# SPDX-License-Identifier: Apache-2.0
"""Knocking at our own doors from outside, as a finder would."""

from __future__ import annotations

from typing import Protocol

from tocsin.core.vocabulary import CaseRef, ProjectId


class Knock(Protocol):
    """Hands a report in at one kind of door of the installation."""

    @property
    def door(self) -> str:
        """Which door: `web`, `mail`."""

    def opens(self, project: ProjectId) -> bool:
        """Whether the project has such a door."""

    def __call__(self, project: ProjectId, title: str, text: str) -> CaseRef | str:
        """Hand a report in and return the case it became, or at a door that answers later the Message-ID by which the
        letter is known (it holds an `@`). Raises OSError when the door does not answer as it should."""
