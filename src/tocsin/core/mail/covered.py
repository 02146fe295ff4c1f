# SPDX-License-Identifier: Apache-2.0
"""How a text is shown of which a signature covers a part (RFC 9580, section 7): what is signed first and whole, all the
rest behind a line that says so, each of its lines marked. Where both were left in the order of the mail, whoever may
add a line to it could put words into the signer's mouth (Müller et al., “Johnny, you are fired!”, USENIX 2019).
"""

from __future__ import annotations

from typing import Final

MARK: Final = "| "
NOT_SIGNED: Final = "All that follows stood outside of the signature; anybody may have written it:"


def apart(signed: str, *outside: str) -> str:
    """The signed words, and apart from them what stood before and behind. `signed` alone where nothing did."""
    lines = [line for text in outside for line in text.strip().splitlines()]  # at every kind of line end there is
    told = signed.strip("\n")
    return "\n".join([told, "", NOT_SIGNED, *(f"{MARK}{line}".rstrip() for line in lines)]) if lines else told
