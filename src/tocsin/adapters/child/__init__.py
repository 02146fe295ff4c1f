# SPDX-License-Identifier: Apache-2.0
"""Hostile input is taken apart in a process with nothing in it: no network, no database, no keys, no files, little
memory, little time. What comes back is a small value, checked on arrival; whatever else happens there is a failure.

To add a parser: one module, here or in the core, with a function from bytes to a `msgspec.Struct`, and one line in
`PARSERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

import msgspec

PARSERS: Final = {
    "archive": "tocsin.adapters.child.archive:listing",
    "mail": "tocsin.adapters.child.mail:mail",
    "pgp-clear": "tocsin.adapters.openpgp.opening:clear",
    "pgp-open": "tocsin.adapters.openpgp.opening:opened",
    "pgp-open-unchecked": "tocsin.adapters.openpgp.opening:unchecked",
    "pgp-read": "tocsin.adapters.openpgp.reading:certificates",
    "pgp-verify": "tocsin.adapters.openpgp.opening:verified",
    "sbom": "tocsin.core.affected.sbom:bill",
}
"""Name and place of each parser. It is imported before the input is there and before the limits close the door."""

LIMITS: Final = {"mail": (2, 256 * 1024 * 1024), "sbom": (2, 384 * 1024 * 1024)}
"""Where a parser gets less than the others: seconds of CPU, bytes of memory."""

Parser = Callable[[bytes], msgspec.Struct]


def parser(name: str) -> Parser:
    """Import a parser; raises KeyError for an unknown one."""
    module, function = PARSERS[name].split(":")
    found: Parser = getattr(import_module(module), function)
    return found
