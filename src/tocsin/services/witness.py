# SPDX-License-Identifier: Apache-2.0
"""Witnessing another instance's log: it may only grow, and whoever keeps what it once said can hold it to that.

The log is read at its public address. What it says now is compared with what it said last time; if that is its
beginning, this instance signs what it saw, with the time (C2SP tlog-cosignature), and remembers it. A log that tells
two stories is never signed for and never replaces what is remembered.
"""

from __future__ import annotations

from base64 import b64decode

import msgspec

from tocsin.core.log import line, note, tree
from tocsin.core.log.note import Checkpoint, Key, Note
from tocsin.core.vocabulary import Refused
from tocsin.services import transparency
from tocsin.services.app import Desk
from tocsin.services.ports.log import Peer

PLACE = "/.well-known/tocsin-log"


class Witnessed(msgspec.Struct, frozen=True):
    """A log that only grew: from `before` leaves (0 the first time) to `size`, and the note with our signature."""

    origin: str
    before: int
    size: int
    key: str
    witness: str
    note: str


def own_key(desk: Desk) -> Key:
    """The key under which this instance witnesses others."""
    name = transparency.name_of(desk.site.public_url).removesuffix("/log") + "/witness"
    return Key(name=name, kind=note.COSIGNATURE, public=desk.watch.notary.public)


def look(desk: Desk, url: str, pinned: str = "") -> Witnessed | Refused:
    """Look at the log of the instance at `url` and vouch for it.

    Its key is `pinned`, or the one it was seen under, or, the first time, the one it shows itself. Refuses with
    `log-forked` when the log is not a continuation of what was seen, with both checkpoints in `missing`, and with
    `log-malformed` when a signature does not hold or nothing of it can be read. Raises OSError when it cannot be
    reached.
    """
    url = url.rstrip("/")
    published = _text(desk, f"{url}{PLACE}/checkpoint")
    last = desk.watch.peers.last(url)
    key = _key(desk, url, pinned, last)
    if isinstance(key, Refused):
        return key
    written = note.decode(published)
    said = written if isinstance(written, Refused) else note.checkpoint(written)
    if isinstance(written, Refused) or isinstance(said, Refused):
        return _malformed("What it shows is no checkpoint.")
    if not _signed(desk, written, said, key):
        return _malformed("The log's own signature under its checkpoint does not hold.")
    before = transparency.read(last.note) if last else Checkpoint(origin=said.origin, size=0, root=tree.EMPTY)
    if not _follows(desk, url, before, said):
        return Refused(
            code="log-forked",
            because=f"The log shows {said.size} entries that do not continue the {before.size} it showed before.",
            rule="RFC 6962",
            missing=(last.note if last else "", published),
        )
    signed = _cosigned(desk, written)
    desk.watch.peers.keep(Peer(url=url, key=key.text, at=desk.now(), note=signed))
    return Witnessed(
        origin=said.origin,
        before=before.size,
        size=said.size,
        key=key.text,
        witness=own_key(desk).text,
        note=signed,
    )


def kept(desk: Desk, url: str, text: str, pinned: str = "") -> Witnessed | Refused:
    """Look at the log as `look` does, and hold it to a checkpoint line that somebody kept from a mail.

    Refuses with `log-malformed` a line that the log's key never signed, and with `log-forked` a log that does not
    continue what the line says. Raises OSError when the log cannot be reached.
    """
    published = line.unfold(text)
    if isinstance(published, Refused):
        return published
    seen = look(desk, url, pinned)
    if isinstance(seen, Refused):
        return seen
    written, key, now = note.decode(published), note.key(seen.key), transparency.read(seen.note)
    said = written if isinstance(written, Refused) else note.checkpoint(written)
    if isinstance(written, Refused) or isinstance(said, Refused) or isinstance(key, Refused):
        return _malformed("What the line shows is no checkpoint.")
    if not _signed(desk, written, said, key):
        return _malformed("The log's key did not sign this line.")
    if said.size and not _follows(desk, url.rstrip("/"), said, now):
        return Refused(
            code="log-forked",
            because=f"The log shows {now.size} entries that do not continue the {said.size} of the line.",
            rule="RFC 6962",
            missing=(published, seen.note),
        )
    return seen


def _key(desk: Desk, url: str, pinned: str, last: Peer | None) -> Key | Refused:
    if last and pinned and pinned != last.key:
        return _malformed(f"The key given is not the one this log was seen under: {last.key}")
    return note.key(pinned or (last.key if last else _text(desk, f"{url}{PLACE}/key").strip()))


def _signed(desk: Desk, written: Note, said: Checkpoint, key: Key) -> bool:
    """Whether the log `key` is the key of signed this; whatever else its key is said to have signed must hold too."""
    claims = note.claims(written, key)
    own = key.kind == note.ED25519 and key.name == said.origin
    return own and bool(claims) and all(desk.signatures.hold(key.public, *claim) for claim in claims)


def _follows(desk: Desk, url: str, before: Checkpoint, said: Checkpoint) -> bool:
    if before.origin != said.origin or said.size < before.size:
        return False
    proof: tuple[bytes, ...] | None = ()
    if 0 < before.size < said.size:
        proof = _proof(_text(desk, f"{url}{PLACE}/consistency?old={before.size}&new={said.size}"))
    return proof is not None and tree.verify_consistency(before.size, before.root, said.size, said.root, proof)


def _proof(text: str) -> tuple[bytes, ...] | None:
    try:
        return tuple(b64decode(line, validate=True) for line in text.splitlines())
    except ValueError:
        return None


def _cosigned(desk: Desk, written: Note) -> str:
    at = int(desk.now().timestamp())
    signature = desk.watch.notary.sign(note.cosigned_bytes(written, at))
    return note.encode(note.cosigned(written, own_key(desk), at, signature))


def _text(desk: Desk, url: str) -> str:
    return desk.watch.fetch(url).decode("utf-8", errors="replace")


def _malformed(because: str) -> Refused:
    return Refused(code="log-malformed", because=because, rule="C2SP tlog-checkpoint")
