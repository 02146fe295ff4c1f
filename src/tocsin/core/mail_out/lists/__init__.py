# SPDX-License-Identifier: Apache-2.0
"""What each mailing list asks of what is sent to it, as data: one file for each, with its source.

A list that nobody wrote rules down for gets the strictest that are usual (`announce`): plain text, nothing attached,
signed within the text. A new list is a new file here and its name in `NAMES`.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from tocsin.core.vocabulary import Value

NAMES: Final = ("oss-security", "linux-distros", "distros", "announce")
USUAL: Final = "announce"


class ListRules(Value):
    """The rules of one list.

    `subject` is filled with `project`, `id`, `cve`, `summary`. `signature` says how a text is signed: within the text,
    beside it (PGP/MIME), or not. `embargoed` lists take only what is not public yet and are written to before the
    embargo ends, `max_days` at most. Those that `encrypt` have a key of their own: the subject goes inside, and
    `outside` stands in its place. `moment` is what the case notes when the list was told (`core.limits`).
    """

    name: str
    source: str
    checked: str
    subject: str
    address: str = ""
    signature: Literal["inline", "mime", "none"] = "inline"
    attachments: bool = False
    embargoed: bool = False
    max_days: int = 0
    encrypt: bool = False
    outside: str = ""
    moment: str = ""
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=len(NAMES))
def rules(name: str) -> ListRules:
    """The rules in a file; raises LookupError for a list that has none."""
    if name not in NAMES:
        raise LookupError(f"no rules for a list named {name}")
    return msgspec.convert(tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8")), ListRules)


def rules_of(address: str) -> ListRules:
    """The rules of the list at an address; the usual ones for a list of one's own."""
    wanted = address.strip().lower()
    return next((each for each in map(rules, NAMES) if each.address and each.address == wanted), rules(USUAL))
