# SPDX-License-Identifier: Apache-2.0
"""Addresses of the listener that faces the internet: the reporter's room, the public room, and their API."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("tocsin.delivery.api.front")),
    path("", include("tocsin.delivery.reporter.urls")),
    path("", include("tocsin.delivery.public.urls")),
]
handler500 = "tocsin.boot.middleware.broken"
