# SPDX-License-Identifier: Apache-2.0
"""Addresses of the listener that faces the internet: the reporter's room, the public room, and their API."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from tocsin.boot.later import Later

urlpatterns = [
    Later("api/v1/", "tocsin.delivery.api.front"),
    *i18n_patterns(path("", include("tocsin.delivery.reporter.urls")), prefix_default_language=False),
    path("", include("tocsin.delivery.guests.urls")),
    path("", include("tocsin.delivery.public.urls")),
]
handler500 = "tocsin.boot.middleware.broken"
