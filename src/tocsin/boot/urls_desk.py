# SPDX-License-Identifier: Apache-2.0
"""Addresses of the desk's listener."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tocsin.boot.later import Later


def no_icon(request: HttpRequest) -> HttpResponse:
    """Spare browsers the error page when they ask for a picture we do not have."""
    return HttpResponse(status=204, headers={"Cache-Control": "private, max-age=86400"})


urlpatterns = [
    path("favicon.ico", no_icon),
    Later("api/v1/", "tocsin.delivery.api.desk"),
    path("account/", include("tocsin.delivery.desk.accounts.urls")),
    path("", include("tocsin.delivery.desk.urls")),
]
handler500 = "tocsin.boot.middleware.broken"
