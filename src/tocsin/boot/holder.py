# SPDX-License-Identifier: Apache-2.0
"""The key holder of an installation: `python -m tocsin.boot.holder` runs it as a process of its own.

It imports no framework and opens no database and no network. A passphrase, where the keys need one, is asked for at the
terminal by this process itself, so that no other ever has it.
"""

from __future__ import annotations

import ctypes
import getpass
import logging
import os
import pwd
import resource
import signal
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from tocsin.adapters.child.pools import Pools
from tocsin.adapters.openpgp import KeyRefused, PgpSigner, load_signer
from tocsin.adapters.openpgp.engine import Engine
from tocsin.adapters.vault.holder.client import Ask, SocketAsk, answers
from tocsin.adapters.vault.holder.core import Holder
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.adapters.vault.holder.limits import Limits
from tocsin.adapters.vault.holder.server import Server
from tocsin.adapters.vault.holder.team import Teams
from tocsin.adapters.vault.keyfiles import KeyFileRefused, load_public, refuse_badly_kept
from tocsin.adapters.vault.keyring import KeyStore
from tocsin.boot import config as configuration
from tocsin.boot import lifeline
from tocsin.boot.config import Config, ConfigError
from tocsin.boot.keys import key_file, other_files
from tocsin.services.ports.keys import KeysRefused

LEDGER: Final = "ledger"
PR_SET_DUMPABLE: Final = 4


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


class KeyDirectory:
    """What lies beside the keys (`holder.signing.KeyDirectory`), read when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._signer: PgpSigner | None = None

    def signer(self) -> PgpSigner | None:
        """The key of published documents, kept once it is read."""
        try:
            self._signer = self._signer or load_signer(self._path)
        except KeyRefused as refused:
            raise KeysRefused(str(refused)) from None
        return self._signer

    def files(self) -> dict[str, bytes]:
        """The small files beside the keys."""
        return other_files(self._path)


def asking(config: Config) -> Ask:
    """How this process asks for keys: the key holder that listens, else the keys themselves, if they can be read."""
    if config.holder_socket.is_socket() and answers(config.holder_socket):
        return SocketAsk(config.holder_socket)
    return open_holder(config).answer


def open_holder(config: Config) -> Holder:
    """Open the keys of an installation. Raises KeyFileRefused when they lie badly or are another instance's."""
    path = key_file(config.key_dir)
    refuse_badly_kept(config.data_dir, path)
    public = load_public(config.data_dir)
    limits = Limits(hour=config.keys.cases_per_hour, day=config.keys.cases_per_day)
    beside = KeyDirectory(config.key_dir)
    holder = Holder(KeyStore(path, _passphrase), Ledger(config.key_dir / LEDGER), limits, now, beside, _teams(config))
    held = holder.standing()
    if (held.instance, held.log_key) != (public.instance, public.log_key) or public.public_key not in held.public:
        raise KeyFileRefused(f"{path} is the key of another instance than {config.data_dir}")
    return holder


def _teams(config: Config) -> Teams:
    return Teams(config.key_dir, Engine(Pools()), now)


def main() -> int:
    """Hold the keys until told to stop; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    lifeline.tie()
    _keep_to_oneself()
    try:
        config = configuration.load()
        server = Server(open_holder(config), config.holder_socket, list(_numbers(config.keys.users)))
    except (ConfigError, KeyFileRefused, OSError) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        server.serve()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _passphrase() -> str:
    try:
        return getpass.getpass("Passphrase of the keys: ")
    except (EOFError, OSError):
        raise KeyFileRefused("the keys open with a passphrase, and there is no terminal to ask at") from None


def _numbers(users: Iterable[str]) -> Iterable[int]:
    """The numbers of users by name; raises KeyFileRefused for one that the machine does not know."""
    for user in users:
        try:
            yield pwd.getpwnam(user).pw_uid
        except KeyError:
            raise KeyFileRefused(f"keys.users names {user}, whom this machine does not know") from None


def _keep_to_oneself() -> None:
    """No core file, and no other process of the same user looks into this one's memory (prctl(2), PR_SET_DUMPABLE)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


if __name__ == "__main__":
    raise SystemExit(main())
