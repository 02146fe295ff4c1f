# SPDX-License-Identifier: Apache-2.0
"""The teams' OpenPGP keys in the key holder: what is asked for through the socket, what is written down, what never
comes out, and how they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysequoia import Cert, Tsk, encrypt
from pysequoia.packet import PacketPile, Tag

from tests.vault.conftest import NOON, from_files, listening
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.client import SocketAsk, team_carrier
from tocsin.adapters.vault.holder.core import Holder
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.adapters.vault.holder.limits import Limits
from tocsin.adapters.vault.holder.team import ENCODER, Make, Public, Teams
from tocsin.adapters.vault.holder.team_client import HeldTeams
from tocsin.adapters.vault.keyring import KeyStore
from tocsin.core.vocabulary import Refused
from tocsin.services.ports.keys import KeysRefused
from tocsin.services.ports.openpgp import Certificate, Opened, Signed
from tocsin.services.ports.vault import Tampered

USER = "WarehousePG security <security@example.org>"
TEXT = b"nobody else reads this"


def holder(base: Path) -> Holder:
    (key_file,) = (base / "keys").glob("*.kek")
    teams = Teams(base / "keys", Engine(parse), lambda: datetime.now(UTC))
    return Holder(KeyStore(key_file), Ledger(base / "ledger"), Limits(), lambda: NOON, None, teams)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    from_files(tmp_path)
    return tmp_path


@pytest.fixture
def teams(base: Path) -> Iterator[HeldTeams]:
    with listening(holder(base), base / "holder.socket") as ask:
        yield HeldTeams(team_carrier(ask))


def made(teams: HeldTeams, project: str = "warehousepg") -> Certificate:
    found = teams.make(project, [USER])
    assert isinstance(found, Certificate)
    return found


def to(certificate: Certificate) -> bytes:
    return encrypt(recipients=[Cert.from_bytes(certificate.body)], bytes=TEXT)


def test_a_message_is_opened_through_the_socket_and_that_is_written_down(teams: HeldTeams, base: Path) -> None:
    opened = teams.open("warehousepg", to(made(teams)), purpose="mail.arrived")
    assert isinstance(opened, Opened)
    assert (opened.plain, opened.signature.state) == (TEXT, Signed.NONE)
    (line,) = Ledger(base / "ledger").since(NOON.replace(year=2000))
    assert (line.case, line.actor, line.purpose) == ("warehousepg", "system", "mail.arrived")


def test_what_cannot_be_written_down_is_not_opened(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = holder(base)
    teams = HeldTeams(team_carrier(keeper.answer))
    message = to(made(teams))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Ledger, "append", full)
    with pytest.raises(Exception, match="No space left"):
        teams.open("warehousepg", message)


def test_the_secret_half_never_leaves_the_holder(base: Path) -> None:
    keeper = holder(base)
    teams = HeldTeams(team_carrier(keeper.answer))
    certificate = made(teams)
    answers = [
        certificate.body,
        bytes(teams.seal(TEXT, [certificate.body], "warehousepg") or b""),  # type: ignore[arg-type]
        str(teams.sign("warehousepg", TEXT)).encode(),
        repr(keeper).encode(),
        repr(teams).encode(),
    ]
    for answer in answers:
        assert b"PRIVATE" not in answer
    assert Tag.SecretKey not in [each.tag for each in PacketPile.from_bytes(certificate.body)]
    on_disk = (base / "keys" / "team-warehousepg.sealed").read_bytes()
    assert USER.encode() not in on_disk, "the file is sealed"


def test_each_project_has_its_own_key(teams: HeldTeams) -> None:
    ours, theirs = made(teams), made(teams, "community")
    assert ours.fingerprint != theirs.fingerprint
    refused = teams.open("community", to(ours))
    assert isinstance(refused, Refused)
    assert refused.code == "no-key"
    nobody = teams.open("another", to(ours))
    assert isinstance(nobody, Refused)
    assert teams.certificate("another") is None


def test_keys_survive_a_restart_and_old_ones_open_old_mail(base: Path) -> None:
    teams = HeldTeams(team_carrier(holder(base).answer))
    old = made(teams)
    new = made(teams)
    again = HeldTeams(team_carrier(holder(base).answer))
    seen = again.certificate("warehousepg")
    assert seen is not None
    assert seen.fingerprint == new.fingerprint
    for each in (old, new):
        assert isinstance(again.open("warehousepg", to(each)), Opened)


def test_a_key_file_of_another_installation_does_not_open(base: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    from_files(other)
    made(HeldTeams(team_carrier(holder(other).answer)))
    stolen = (other / "keys" / "team-warehousepg.sealed").read_bytes()
    path = base / "keys" / "team-warehousepg.sealed"
    path.write_bytes(stolen)
    path.chmod(0o600)
    with pytest.raises(Tampered):
        HeldTeams(team_carrier(holder(base).answer)).certificate("warehousepg")


def test_only_the_holders_own_user_makes_keys(base: Path) -> None:
    keeper = holder(base)
    answer = keeper.answer(wire.AskTeam(ENCODER.encode(Make("warehousepg", (USER,)))), admin=False)
    assert isinstance(answer, wire.No)
    asked = keeper.answer(wire.AskTeam(ENCODER.encode(Public("warehousepg"))), admin=False)
    assert isinstance(asked, wire.Given), "the control: others may ask for the public half"


def test_a_key_that_the_team_has_is_taken_and_one_with_a_passphrase_is_not(teams: HeldTeams) -> None:
    brought = Tsk.generate("Team <security@example.org>")
    seen = teams.take("warehousepg", bytes(brought))
    assert isinstance(seen, Certificate)
    assert seen.fingerprint == str(brought.extract_certificate().fingerprint).upper()
    for wrong in (b"nonsense", bytes(brought.extract_certificate())):
        with pytest.raises(KeysRefused):
            teams.take("warehousepg", wrong)


def test_a_project_that_is_a_path_is_refused(base: Path) -> None:
    with listening(holder(base), base / "holder.socket") as ask:
        assert isinstance(ask, SocketAsk)
        with pytest.raises(KeysRefused):
            HeldTeams(team_carrier(ask)).make("../../etc/x", [USER])
