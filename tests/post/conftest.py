# SPDX-License-Identifier: Apache-2.0
"""A house in memory whose mail goes to a server in memory, with real OpenPGP and keys in a directory of the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pysequoia import Cert, CipherSuite, Profile, Tsk, decrypt

from tests.services.acts import PROJECT, REPORT, report
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.adapters.vault.holder.team import Teams
from tocsin.adapters.vault.holder.team_client import HeldTeams
from tocsin.adapters.vault.keyring import Keyring
from tocsin.core.intake import Identity, Letter, Report
from tocsin.services import worker
from tocsin.services.post.room import Post
from tocsin.testing.house import House, house
from tocsin.testing.post import MemoryServer, read

FINDER = "finder@example.net"


@dataclass
class Mailed:
    """The house, the server its mail goes to, and its teams' keys."""

    home: House
    server: MemoryServer
    teams: HeldTeams

    def work(self, turns: int = 3) -> None:
        """Let the worker do what there is to do."""
        for _ in range(turns):
            worker.run_once(self.home.desk)

    def report(self, **given: object) -> str:
        """A report, by default one that came by mail from the finder; returns the case."""
        letter = Letter(sender=FINDER, name="R. Eporter", subject="read past the end", message_id="first@example.net",
                        answerable=True)  # fmt: skip
        made: dict[str, object] = {"identity": Identity(contact=FINDER), "channel": "mail", "letter": letter, **given}
        from msgspec.structs import replace as changed

        ref: str = report(self.home, PROJECT, changed(REPORT, **made)).case
        self.work(1)
        return ref


Correspondent = Callable[[str], Tsk]


def person(address: str) -> Tsk:
    """Somebody's key."""
    return Tsk.generate(user_ids=[f"Somebody <{address}>"], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519)


def public(key: Tsk) -> bytes:
    """Its public half."""
    return bytes(key.extract_certificate())


def decrypted(key: Tsk, wire: bytes, signer: bytes = b"") -> tuple[str, list[str]]:
    """The text of an encrypted mail, and who signed it."""
    message = read(wire)
    parts = list(message.iter_parts())
    body = parts[1].get_payload(decode=True)
    assert isinstance(body, bytes)
    store = (lambda _: [Cert.from_bytes(signer)]) if signer else None
    found = decrypt(bytes=body, decryptor=key.decryptor(), **({"store": store} if store else {}))
    return (found.bytes or b"").decode(), [each.certificate.upper() for each in found.valid_sigs]


@pytest.fixture
def mailed(tmp_path: Path) -> Mailed:
    """See the module."""
    return mailed_in(tmp_path)


def mailed_in(directory: Path) -> Mailed:
    """A house with mail, whose teams' keys lie in `directory`."""
    home, server = house(), MemoryServer()
    engine = Engine(parse)
    ring = Keyring(instance="security.example.org", seed=bytes(32), log=bytes(32))
    keeper = Teams(directory, engine, home.clock)
    teams = HeldTeams(lambda body: keeper.answer(body, ring, lambda line: None, admin=True))
    post = Post(sends=server, teams=teams, reads=engine, host="security.example.org")
    home.desk = replace(home.desk, post=post)
    return Mailed(home, server, teams)


__all__ = ["FINDER", "PROJECT", "Mailed", "Report", "decrypted", "person", "public"]
