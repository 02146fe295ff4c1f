# SPDX-License-Identifier: Apache-2.0
"""Which targets can be worked on because of what just happened: each is named once, when it becomes possible."""

from __future__ import annotations

from tocsin.core.publication import events as ev
from tocsin.core.publication.model import Run
from tocsin.core.publication.run import opened, ready
from tocsin.core.vocabulary import Value


class Due(Value):
    """A target that somebody is to look after from now on; with `reading` it is there, and is only read back."""

    target: str
    reading: bool = False


def at_first(run: Run) -> tuple[Due, ...]:
    """Where a run begins."""
    return tuple(Due(target=each.target.name) for each in run.targets if each.target.name in ready(run))


def after(run: Run, event: ev.TargetEvent) -> tuple[Due, ...]:
    """What comes after an event that `run` has taken in already: what it opened, and the target itself once more where
    its next step is another."""
    name = event.target
    match event:
        case ev.TargetDone():
            return (Due(target=name, reading=True), *_due(opened(run, event)))
        case ev.TargetRead() | ev.TargetSkipped():
            return _due(opened(run, event))
        case ev.TargetResumed() if name in ready(run):
            return _due((name,))
        case _:
            return ()


def _due(names: tuple[str, ...]) -> tuple[Due, ...]:
    return tuple(Due(target=each) for each in names)
