# SPDX-License-Identifier: Apache-2.0
"""What the addresses of the front's half share: the API they belong to, and what a request brings."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import NinjaAPI

from tocsin import __version__
from tocsin.delivery.api import problems
from tocsin.services.app import Front

api = NinjaAPI(
    title="Tocsin",
    version=__version__,
    description="Report a vulnerability, and read what is published. No account, no token.",
    urls_namespace="api-front",
    openapi_url=None,
    docs_url=None,
)
problems.handle_errors(api)


class FrontRequest(HttpRequest):
    """A request after boot's middleware."""

    front: Front
