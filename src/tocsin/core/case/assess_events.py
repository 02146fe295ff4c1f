# SPDX-License-Identifier: Apache-2.0
"""Events of how urgent people hold a case to be. Names are for ever, like those of `core.case.events`."""

from __future__ import annotations

from tocsin.core.vocabulary import Value


class PointSaid(Value, tag="ssvc.point_said"):
    """A person said what a decision point of SSVC is here, or took it back where `value` is empty."""

    point: str
    value: str
    note: str = ""
