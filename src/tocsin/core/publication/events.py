# SPDX-License-Identifier: Apache-2.0
"""What a journal says about the targets of a publication. Names are for ever, like those of `core.case.events`."""

from __future__ import annotations

from tocsin.core.vocabulary import Value


class TargetIntended(Value, tag="target.intended"):
    """What follows may write at the target, or may have written when this process ended. `claim` is whose intent."""

    target: str
    claim: str


class TargetDone(Value, tag="target.done"):
    """The target has what it was to have, and says so itself; `found` where it had it before we wrote."""

    target: str
    where: str = ""
    found: bool = False


class TargetRead(Value, tag="target.read"):
    """What was published was read back at the target, as everybody reads it there."""

    target: str
    where: str = ""


class TargetTroubled(Value, tag="target.troubled"):
    """The target cannot be reached or does not show it yet; it is tried again. Written when the reason changes.

    `person` where it turned us away and somebody should know; `untouched` where nothing was written for certain, at a
    target that cannot be asked.
    """

    target: str
    reason: str
    person: bool = False
    untouched: bool = False


class TargetRefused(Value, tag="target.refused"):
    """The target says no, or holds something else: a person has to look."""

    target: str
    reason: str


class TargetSkipped(Value, tag="target.skipped"):
    """A person lets the others go on without it, for a reason. With `later` it is still tried."""

    target: str
    reason: str
    later: bool = False


class TargetResumed(Value, tag="target.resumed"):
    """A person had a refused or skipped target taken up again."""

    target: str
    reason: str = ""


class PublicationDisarmed(Value, tag="publication.disarmed"):
    """A person took an armed publication back before its instant."""

    reason: str


TargetEvent = TargetIntended | TargetDone | TargetRead | TargetTroubled | TargetRefused | TargetSkipped | TargetResumed
