# SPDX-License-Identifier: Apache-2.0
"""Where a key of an address lies in the Web Key Directory (draft-koch-openpgp-webkey-service, section 3.1), both ways:
where to look for somebody's, and where ours has to lie.

The local part is hashed as it stands in lower case (SHA-1, which is the draft's and protects nothing here) and written
in z-base-32. The answer is a proposal: it says that the address's own domain gives out this key.
"""

from __future__ import annotations

import hashlib
from typing import Final
from urllib.parse import quote

from tocsin.core.mail_out.model import is_address
from tocsin.core.vocabulary import ProjectId

DIRECTORY: Final = ".well-known/openpgpkey"
_Z_BASE_32: Final = "ybndrfg8ejkmcpqxot1uwisza345h769"


def places(address: str) -> tuple[str, ...]:
    """Addresses of the web at which a key may be found, the one that is asked first in front; none for no address."""
    if not is_address(address):
        return ()
    local, _, host = address.rpartition("@")
    host, name, asked = host.lower(), hashed(local), quote(local, safe="")
    return (
        f"https://openpgpkey.{host}/{DIRECTORY}/{host}/hu/{name}?l={asked}",
        f"https://{host}/{DIRECTORY}/hu/{name}?l={asked}",
    )


def own_paths(address: str) -> tuple[str, str]:
    """Where the key of an address of ours lies in the published tree: as the domain itself, and as `openpgpkey.`."""
    local, _, host = address.rpartition("@")
    name = hashed(local)
    return f"{DIRECTORY}/hu/{name}", f"{DIRECTORY}/{host.lower()}/hu/{name}"


def armoured_path(project: ProjectId) -> str:
    """Where a project's key lies in armour, for people."""
    return f"{DIRECTORY}/{project}.asc"


def hashed(local: str) -> str:
    """The name that a local part is found by: 32 letters."""
    digest = hashlib.sha1(local.lower().encode(), usedforsecurity=False).digest()
    bits = int.from_bytes(digest, "big")
    return "".join(_Z_BASE_32[(bits >> shift) & 31] for shift in range(155, -1, -5))
