# SPDX-License-Identifier: Apache-2.0
"""Language tags as far as RFC 9116 needs them: well formed (RFC 5646, 2.1), with a language that exists.

Two-letter languages are those of ISO 639-1; a three-letter one is taken as well formed.
"""

from __future__ import annotations

import re
from typing import Final

_LISTED: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz "
    "ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik "
    "io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml "
    "mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd "
    "se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve "
    "vi vo wa wo xh yi yo za zh zu "
)
_TWO_LETTERS: Final = frozenset(_LISTED.split())
_TAG: Final = re.compile(
    r"^(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?$|^x(?:-[a-z0-9]{1,8})+$",
    re.I,
)


def is_language(tag: str) -> bool:
    """Say whether a tag names a language."""
    found = _TAG.match(tag)
    if not found:
        return False
    language = (found["language"] or "").lower()
    return len(language) != 2 or language in _TWO_LETTERS
