# SPDX-License-Identifier: Apache-2.0
"""Keys that come with a mail: offered by its sender's program (Autocrypt) or attached. They are proposals, for the
sender's own address only, and are used once a person of the team has compared the fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.core.mail_out import autocrypt
from tocsin.core.mail_out.keys import Source
from tocsin.core.vocabulary import CaseRef
from tocsin.services.mail.reading import Item
from tocsin.services.post import keyring

MEDIA_TYPE: Final = "application/pgp-keys"
_ARMOUR: Final = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
_LARGEST: Final = 256 * 1024


def offer(each: Item, ref: CaseRef, who: str = "") -> None:
    """Note the keys of a mail as proposals of its sender; what is no key, or another's, is passed over."""
    sender = each.sender.address if each.sender else ""
    if not sender:
        return
    for body, source in _offered(each, sender):
        keyring.offer(each.desk, each.project, ref, who, body, source, sender)


def _offered(each: Item, sender: str) -> Iterator[tuple[bytes, Source]]:
    found = autocrypt.read(tuple(each.read.message.all(autocrypt.HEADER.lower())), sender)
    if found is not None:
        yield found.key, Source.AUTOCRYPT
    for file in each.read.message.files:
        is_key = file.media_type == MEDIA_TYPE or file.content.lstrip().startswith(_ARMOUR)
        if is_key and len(file.content) <= _LARGEST:
            yield file.content, Source.ATTACHED
