# SPDX-License-Identifier: Apache-2.0
"""Reading public documents of others over HTTP, asking others behind the egress guard, and knocking at our own door."""

from tocsin.adapters.web.fetch import fetch
from tocsin.adapters.web.guarded import GuardedHttp
from tocsin.adapters.web.knock import WebKnock

__all__ = ["GuardedHttp", "WebKnock", "fetch"]
