# SPDX-License-Identifier: Apache-2.0
"""What a feed says of a package's versions, whichever document it comes from: statements, and the advisory they are of.

A package goes by several names: what an ecosystem calls it, its package URL, and for products that no registry carries
their own name in small letters.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tocsin.core.versions import Interval
from tocsin.core.vocabulary import Affectedness, Value

Name = tuple[str, str]
"""A kind of name and the name: (`PyPI`, `django`), (`purl`, `pkg:generic/warehousepg`), (`product`, `warehousepg`)."""

PURL: Final = "purl"
PRODUCT: Final = "product"


class Statement(Value, gc=False):
    """The state of some versions of one package. `fixed` is the version that mends them, `line` the project's name
    for the release line; `why` the reason given for the state."""

    names: tuple[Name, ...]
    scheme: str
    state: Affectedness
    interval: Interval
    fixed: str = ""
    line: str = ""
    why: str = ""


class Listed(Value):
    """Single versions that are affected, named one by one."""

    names: tuple[Name, ...]
    scheme: str
    versions: tuple[str, ...]


class Record(Value):
    """One advisory, as far as it answers whether somebody is affected."""

    id: str
    modified: datetime
    statements: tuple[Statement, ...] = ()
    listed: tuple[Listed, ...] = ()
    title: str = ""
    aliases: tuple[str, ...] = ()
    severity: str = ""
    page: str = ""
    mitigation: str = ""
    no_mitigation_known: bool = False
    required_configuration: str = ""
    withdrawn: bool = False
