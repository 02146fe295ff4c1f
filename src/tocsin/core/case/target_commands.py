# SPDX-License-Identifier: Apache-2.0
"""What can be asked about the targets of a publication: results of whoever carries them out, and wishes of people.

`plan` is the digest of the plan that a result belongs to; a result of an older plan changes nothing.
"""

from __future__ import annotations

from tocsin.core.vocabulary import Value


class IntendTarget(Value, tag="intend-target"):
    """The effect `claim` is about to act at a target; refused where another one is."""

    plan: str
    target: str
    claim: str


class FinishTarget(Value, tag="finish-target"):
    """The target has it, and said where."""

    plan: str
    target: str
    where: str = ""
    found: bool = False


class ReadTarget(Value, tag="read-target"):
    """It was read back at the target."""

    plan: str
    target: str
    where: str = ""


class TroubleTarget(Value, tag="trouble-target"):
    """The target cannot do it now, or does not show it yet; see `publication.events.TargetTroubled`."""

    plan: str
    target: str
    reason: str
    person: bool = False
    untouched: bool = False


class RefuseTarget(Value, tag="refuse-target"):
    """The target says no, or holds something else."""

    plan: str
    target: str
    reason: str


class SkipTarget(Value, tag="skip-target"):
    """Let the others go on without a target, and say why; with `later` it is still tried (S58)."""

    target: str
    reason: str
    later: bool = False


class ResumeTarget(Value, tag="resume-target"):
    """Take a refused or skipped target up again."""

    target: str
    reason: str = ""


class MarkTarget(Value, tag="mark-target"):
    """Say that a target that nobody serves was done by hand, and where it can be read."""

    target: str
    where: str


class Disarm(Value, tag="disarm"):
    """Take an armed publication back before its instant."""

    reason: str


TargetCommand = (
    IntendTarget
    | FinishTarget
    | ReadTarget
    | TroubleTarget
    | RefuseTarget
    | SkipTarget
    | ResumeTarget
    | MarkTarget
    | Disarm
)
