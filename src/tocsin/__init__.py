# SPDX-License-Identifier: Apache-2.0
"""Tocsin runs a software project's security release process, from the private report to the last user who patched.

`from tocsin import Client` talks to an installation elsewhere. It is looked up when it is asked for, so that nothing
here needs an HTTP library to start.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name != "Client":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("tocsin.client").Client
