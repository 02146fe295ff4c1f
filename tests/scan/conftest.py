# SPDX-License-Identifier: Apache-2.0
"""Django, set up so that the policy can be read where it is set."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()
