# SPDX-License-Identifier: Apache-2.0
"""Places where an advisory becomes visible, each behind one small protocol, and how they can fail.

A target never decides whether or when: `services.publishing` asks it for the exact bytes beforehand, writes its intent
down, has it look for its natural key before it writes, and is content only with what it reads back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from tocsin.core.advisory.model import Advisory
from tocsin.core.disclosure import Cleared
from tocsin.core.policy.model import Policy
from tocsin.core.publication import Stage, Wanted
from tocsin.core.vocabulary import ProjectId, Value
from tocsin.services.ports.shelf import Document


class Matter(Value):
    """What is published, as every target is shown it: the record and its documents, and where the plan sends it.

    `revision` is 1 for the first publication; a target finds its own earlier one by its natural key.
    """

    project: ProjectId
    policy: Policy
    advisory: Advisory
    documents: tuple[Document, ...]
    revision: int
    to: str = ""

    def document(self, format_name: str) -> Document | None:
        """The document of a format, where the advisory has one."""
        return next((each for each in self.documents if each.format == format_name), None)


class Payload(Value):
    """The exact bytes that a target is given, as the dry run shows them; `about` says in words what they do there.

    They are a function of the matter alone: who approved them approved what is sent.
    """

    key: str
    media_type: str
    body: bytes
    about: str = ""


class Found(Value):
    """What stands at a target under the natural key. `same` says that it is what was to be published."""

    where: str
    same: bool
    difference: str = ""


class Trouble(Exception):
    """The target cannot do it now: it is unreachable, hangs, fails, slows us down. It is tried again.

    `after` is how long it asked us to wait, `person` that somebody should be told (it turned us away: 403, 429). A
    `blind` target raises this from `act` only where nothing was written for certain, and `Rejected` where it is unsure.
    """

    def __init__(self, because: str, after: timedelta | None = None, person: bool = False) -> None:
        super().__init__(because)
        self.because, self.after, self.person = because, after, person


class Rejected(Exception):
    """The target says no to exactly this: trying again changes nothing, a person has to look."""

    def __init__(self, because: str) -> None:
        super().__init__(because)
        self.because = because


class Target(Protocol):
    """One kind of place. Every method ends within two minutes, or raises `Trouble`; what else it raises is a fault.

    `kind` is its name in plans and in the journal, for ever; `stage` where in the order it stands. A `blind` one
    cannot be asked what it holds (a mail that was sent, a chat): where we cannot know whether a try that was cut short
    wrote, a person looks, and nothing is sent twice.
    """

    @property
    def kind(self) -> str: ...
    @property
    def stage(self) -> Stage: ...
    @property
    def blind(self) -> bool: ...

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """The places of this kind that this advisory goes to (`core.publication.plan.channels` reads the policy's)."""

    def preview(self, matter: Matter) -> Payload:
        """The exact bytes; asks nobody. Raises Rejected where the advisory lacks what the target needs."""

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Look the natural key up before writing; None where there is nothing. Raises Trouble."""

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Write, under the natural key, so that a repeat changes nothing. Raises Trouble or Rejected."""

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """Read it as everybody reads it there; None where it cannot be read yet. Raises Trouble."""
