# SPDX-License-Identifier: Apache-2.0
"""The plan of a publication and how far each target is, as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from tocsin.core.wire import Wire
from tocsin.core.wire.desk import Defect


class Aim(Wire):
    """One target of a plan with the exact bytes it would be given (base64), or the `problem` that it has with them.

    A target `by_hand` is served by nobody: a person, the `owner`, puts the text there and says so.
    """

    name: str
    stage: str
    to: str
    key: str
    media_type: str
    about: str
    body: bytes
    sha256: str
    required: bool
    by_hand: bool
    owner: str
    problem: str


class Planning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plan is asked for: the instant, with its zone, that it is armed for, and what changed, in public words. It
    is posted, because addresses are written down by servers on the way, and these words are secret until then."""

    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    summary: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class Plan(Wire):
    """A dry run. An order names `digest` (of the record) and `plan` (of everything), so that nothing goes anywhere that
    nobody saw. With `at` it is armed for that instant, and the bytes hold it."""

    case: str
    tlp: str
    advisory_id: str
    digest: str
    plan: str
    at: datetime | None
    targets: tuple[Aim, ...]
    problems: tuple[Defect, ...]


class Light(Wire):
    """How far one target is. It is green only when `state` is `readable`: what was published was read back there.

    `trouble` says what is in the way since `trouble_since`; `pending` for how many seconds it has not been readable.
    """

    name: str
    stage: str
    state: str
    since: datetime | None
    where: str
    found: bool
    by_hand: bool
    trouble: str
    trouble_since: datetime | None
    pending: int | None


class Board(Wire):
    """The verification board of the newest order: every target in its order. `at` is when it goes, or went, out."""

    case: str
    tlp: str
    advisory_id: str
    plan: str
    at: datetime | None
    armed: bool
    complete: bool
    targets: tuple[Light, ...]
