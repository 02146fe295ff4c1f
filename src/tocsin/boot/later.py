# SPDX-License-Identifier: Apache-2.0
"""Addresses that are read when the first of them is asked for: what many installations never use need not lie in the
memory of each. The API's machinery is a third of what the process that faces the internet would hold."""

from __future__ import annotations

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern


class Later(URLResolver):
    """The addresses of a module below a prefix. Nobody outside of it may ask for one of them by name."""

    def __init__(self, prefix: str, module: str) -> None:
        super().__init__(RoutePattern(prefix), module, app_name=module, namespace=module)

    def _populate(self) -> None:
        """Django collects the names of all addresses before it finds the first one by its name; there are none here."""
