# SPDX-License-Identifier: Apache-2.0
"""The key holder's socket: who connects is told by the kernel (SO_PEERCRED, unix(7)), and decides what they may ask.

The holder's own user and root may do everything, the users that are named may ask for keys of cases, everybody else is
hung up on. One thread a connection, because a desk keeps a few open and asks one thing at a time on each.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.core import Holder
from tocsin.adapters.vault.holder.place import address

MOST: Final = 128
"""Connections at once; a desk uses one for each request that is at work."""

GROUP: Final = stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IWGRP
ALONE: Final = stat.S_IRUSR | stat.S_IWUSR

_PEER: Final = struct.Struct("3i")
_log = logging.getLogger("tocsin.holder")


class Server:
    """Listens on `path`; `users` are the numbers of the users who may ask besides the holder's own."""

    def __init__(self, holder: Holder, path: Path, users: Collection[int] = ()) -> None:
        self._holder = holder
        self._users = frozenset(users)
        self._places = threading.BoundedSemaphore(MOST)
        self._path = path
        self._connections: set[socket.socket] = set()
        _clear(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            with address(path) as place:
                self._socket.bind(place)
        finally:
            os.umask(before)
        path.chmod(GROUP if self._users else ALONE)
        self._socket.listen(MOST)

    def serve(self) -> None:
        """Answer until `close`."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stop listening, hang up on everybody, and take the socket's name away."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._path.unlink(missing_ok=True)

    def _attend(self, connection: socket.socket) -> None:
        self._connections.add(connection)
        try:
            with connection:
                user = peer(connection)
                if user not in self._users | {0, os.geteuid()}:
                    _log.warning("user %s has no business with the key holder", user)
                    return
                self._talk(connection, admin=user in (0, os.geteuid()))
        except (OSError, msgspec.DecodeError):
            pass  # whoever talks nonsense or hangs up in the middle is hung up on
        finally:
            self._connections.discard(connection)
            self._places.release()

    def _talk(self, connection: socket.socket, *, admin: bool) -> None:
        while (body := wire.receive(connection)) is not None:
            wire.send(connection, self._holder.answer(wire.QUESTION.decode(body), admin=admin))


def peer(connection: socket.socket) -> int:
    """The number of the user at the other end, as the kernel knows it."""
    _, user, _ = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return int(user)


def _clear(path: Path) -> None:
    """Remove a socket that a crash left behind; raises OSError where another key holder listens on it."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, suppress(ConnectionError, FileNotFoundError):
        with address(path) as place:
            probe.connect(place)
        raise OSError(f"another key holder listens on {path}")
    path.unlink(missing_ok=True)
