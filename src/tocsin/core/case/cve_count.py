# SPDX-License-Identifier: Apache-2.0
"""How many CVE ids a report needs: the counting rules, asked as questions, answered by people and kept.

Source: CNA Operational Rules 4.2.11 to 4.2.15 and 4.2.17.1. Who is unsure gets the rule for who is unsure.
"""

from __future__ import annotations

from typing import Literal

from tocsin.core.vocabulary import Value

Sure = Literal["yes", "no", "unsure"]


class Counting(Value):
    """The questions, with what somebody answered.

    `faults` are the weaknesses that the report shows, `separately` whether each can be fixed without the others, and
    `interdependent` whether one is nothing without the other. `products` are those affected, `shared_code` whether
    because of the same code. Where it lies in how they use another product's function or specification,
    `safe_use` says whether there is a safe way to use that. `unsupported`: no product still gets fixes.
    """

    faults: int = 1
    separately: Sure = "unsure"
    interdependent: bool = False
    products: int = 1
    shared_code: Sure = "unsure"
    safe_use: Literal["", "yes", "no", "unsure"] = ""
    unsupported: bool = False


class Count(Value):
    """How many ids, and the rules that say so; `tag` is one that the record has to bear."""

    ids: int
    rules: tuple[str, ...]
    tag: str = ""

    @property
    def words(self) -> str:
        """`2 ids (CNA 4.2.11)`."""
        rules = f" (CNA {', '.join(self.rules)})" if self.rules else ""
        return f"{self.ids} {'id' if self.ids == 1 else 'ids'}{rules}"


def count(asked: Counting) -> Count:
    """Apply the rules to answers whose numbers are at least 1."""
    faults, because = _faults(asked)
    products, also = _products(asked)
    eol = ("4.2.17.1",) if asked.unsupported else ()
    tag = "unsupported-when-assigned" if asked.unsupported else ""
    return Count(ids=faults * products, rules=(*because, *also, *eol), tag=tag)


def _faults(asked: Counting) -> tuple[int, tuple[str, ...]]:
    if asked.faults == 1:
        return 1, ()
    if asked.interdependent:
        return 1, ("4.2.15",)
    if asked.separately == "yes":
        return asked.faults, ("4.2.11",)
    return 1, ("4.2.12",) if asked.separately == "unsure" else ("4.2.11",)


def _products(asked: Counting) -> tuple[int, tuple[str, ...]]:
    if asked.products == 1:
        return 1, ()
    if asked.safe_use:
        rule = {"yes": "4.2.14.1", "no": "4.2.14.2", "unsure": "4.2.14.3"}[asked.safe_use]
        return (1 if asked.safe_use == "no" else asked.products), (rule,)
    rule = {"yes": "4.2.13.1", "no": "4.2.13.2", "unsure": "4.2.13.3"}[asked.shared_code]
    return (1 if asked.shared_code == "yes" else asked.products), (rule,)
