# SPDX-License-Identifier: Apache-2.0
"""What travels between an installation and its clients: the words of `/api/v1`, each once.

The API answers with these values, the Python client decodes them, and the command line prints them, whether the
installation is here or far away. They are made by `services.office` from cases and policies, which this package does
not know: a client needs no rule to read an answer. Instants travel as RFC 3339 in UTC.
"""

from __future__ import annotations

from typing import dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is answered. Unknown fields are passed over, so that an older client reads a newer answer."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Typed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is sent. An unknown field is a mistake, and is said."""
