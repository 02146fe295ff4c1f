# SPDX-License-Identifier: Apache-2.0
"""The half of the API that answers to tokens, in the desk's process."""

from __future__ import annotations

from django.urls import URLPattern

from tocsin.delivery.api.desk import provider, routes  # noqa: F401 - their addresses join the others
from tocsin.delivery.api.desk.door import guarded

urlpatterns: list[URLPattern] = guarded(routes.api)
"""To be mounted at `schema.BASE`."""
