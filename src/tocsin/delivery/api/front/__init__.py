# SPDX-License-Identifier: Apache-2.0
"""The half of the API that faces the internet: anonymous reports in, published advisories out. It opens no case."""

from __future__ import annotations

from django.urls import URLPattern

from tocsin.delivery.api.front.routes import api, guarded

urlpatterns: list[URLPattern] = guarded(api)
"""To be mounted at `schema.BASE`."""
