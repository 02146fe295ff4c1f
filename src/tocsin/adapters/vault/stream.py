# SPDX-License-Identifier: Apache-2.0
"""Files of any size in flat memory: libsodium secretstream in chunks of 64 KiB, sealed and opened in passing.

Secretstream (XChaCha20-Poly1305) chains the chunks and tags the last one, so a chunk that is missing, moved, doubled or
added is an error, and so is a file that ends early (libsodium: "Secret-key cryptography / Encrypted streams"). Every
chunk is bound to the associated data as well. Where the bytes go and come from belongs to `blobs`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO, Final, Self

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_keygen,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)
from nacl.exceptions import CryptoError

from tocsin.adapters.vault.secret import KEY_BYTES, Secret
from tocsin.services.ports.blobs import SealedBlob
from tocsin.services.ports.vault import Tampered

VERSION: Final = b"\x01"
CHUNK: Final = 64 * 1024
SEALED_CHUNK: Final = CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES
HEAD: Final = len(VERSION) + crypto_secretstream_xchacha20poly1305_HEADERBYTES
MESSAGE: Final = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
FINAL: Final = crypto_secretstream_xchacha20poly1305_TAG_FINAL


class StreamSealer(Secret):
    """Seals one stream into `sink`, under a fresh key, or under `key` where that has to be known before."""

    __slots__ = ("_ad", "_buffer", "_hash", "_key", "_sink", "_size", "_state")

    def __init__(self, sink: Callable[[bytes], object], ad: bytes, key: bytes = b"") -> None:
        self._sink = sink
        self._ad = ad
        self._buffer = bytearray()
        self._hash = hashlib.sha256()
        self._size = 0
        self._key = key or crypto_secretstream_xchacha20poly1305_keygen()
        self._state = crypto_secretstream_xchacha20poly1305_state()
        sink(VERSION + crypto_secretstream_xchacha20poly1305_init_push(self._state, self._key))

    def write(self, chunk: bytes) -> None:
        """Take any number of plain bytes. The last whole chunk is kept back, because it may be the final one."""
        self._hash.update(chunk)
        self._size += len(chunk)
        view = memoryview(chunk)
        for start in range(0, len(view), CHUNK):
            self._buffer += view[start : start + CHUNK]
            if len(self._buffer) > CHUNK:
                with memoryview(self._buffer) as held:
                    whole = bytes(held[:CHUNK])
                self._push(whole, MESSAGE)
                del self._buffer[:CHUNK]

    def finish(self, blob_id: str) -> SealedBlob:
        """Seal what is left as the final chunk (empty for an empty stream) and say what it takes to open it all."""
        self._push(bytes(self._buffer), FINAL)
        return SealedBlob(id=blob_id, key=self._key, size=self._size, sha256=self._hash.hexdigest())

    def _push(self, plain: bytes, tag: int) -> None:
        self._sink(crypto_secretstream_xchacha20poly1305_push(self._state, plain, self._ad, tag))


class StreamOpener(Secret):
    """Iterates over the plain chunks of a sealed `source`, which it closes in the end. A `BlobReader` of the port."""

    __slots__ = ("_ad", "_ended", "_source", "_state")

    def __init__(self, source: BinaryIO, key: bytes, ad: bytes) -> None:
        """Read the header; raises Tampered, and closes `source`, when there is none or `key` cannot be a key."""
        self._source = source
        self._ad = ad
        self._ended = False
        state = _pull_state(source.read(HEAD), key)
        if state is None:
            source.close()
            raise Tampered
        self._state = state

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._ended:
            raise StopIteration
        pulled = self._pull(self._source.read(SEALED_CHUNK))
        if pulled is None:
            self.close()
            raise Tampered
        plain, self._ended = pulled
        if self._ended:
            self.close()
        return plain

    def close(self) -> None:
        """Close the source; reading on is then an error, not a quiet end."""
        self._source.close()

    def _pull(self, sealed: bytes) -> tuple[bytes, bool] | None:
        """One plain chunk and whether it is the last, or None when it is not the chunk that belongs here."""
        try:
            plain, tag = crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, self._ad)
        except CryptoError:
            return None
        if tag == MESSAGE:
            return plain, False
        return (plain, True) if tag == FINAL and not self._source.read(1) else None


def _pull_state(head: bytes, key: bytes) -> crypto_secretstream_xchacha20poly1305_state | None:
    if len(head) != HEAD or not head.startswith(VERSION) or len(key) != KEY_BYTES:
        return None
    state = crypto_secretstream_xchacha20poly1305_state()
    crypto_secretstream_xchacha20poly1305_init_pull(state, head[len(VERSION) :], key)
    return state
