# SPDX-License-Identifier: Apache-2.0
"""The advisory: one record of facts, typed once, from which every document is rendered (law 5).

`model` is the record, `problems` says what keeps it from being published, `cwe` names weaknesses, `compare` holds a
published original against what we would have published. Which case an advisory belongs to and who may publish it is
decided elsewhere; the record itself knows no case.
"""

from __future__ import annotations

from tocsin.core.advisory.checks import Problem, problems
from tocsin.core.advisory.model import (
    Advisory,
    Cna,
    Credit,
    Kept,
    Product,
    Project,
    Publisher,
    PublisherCategory,
    Reference,
    Revision,
    Score,
    Tlp,
    Urls,
)
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import CreditType, ReferenceType

__all__ = [
    "Advisory",
    "Cna",
    "Credit",
    "CreditType",
    "Kept",
    "LineRange",
    "Problem",
    "Product",
    "Project",
    "Publisher",
    "PublisherCategory",
    "Reference",
    "ReferenceType",
    "Revision",
    "Score",
    "Tlp",
    "Urls",
    "problems",
]
