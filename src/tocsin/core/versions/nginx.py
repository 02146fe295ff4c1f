# SPDX-License-Identifier: Apache-2.0
"""nginx releases, in the order of `univers` (see `borrowed`)."""

from __future__ import annotations

from typing import Final

from tocsin.core.versions.borrowed import borrowed
from tocsin.core.versions.scheme import Scheme

SCHEME: Final[Scheme] = borrowed("nginx", "nginx")
