# SPDX-License-Identifier: Apache-2.0
"""Reading public documents of others over HTTP."""

from tocsin.adapters.web.fetch import fetch

__all__ = ["fetch"]
