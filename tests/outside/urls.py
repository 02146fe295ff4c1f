# SPDX-License-Identifier: Apache-2.0
"""The addresses that tests of this folder speak to."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("tocsin.delivery.api.front")),
    path("", include("tocsin.delivery.guests.urls")),
]
