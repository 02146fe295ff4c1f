# SPDX-License-Identifier: Apache-2.0
"""The doctor's grades, and the start-up gate: each thing that makes an installation unsafe is found, and named with
what mends it; in production it keeps the server from starting, on loopback it does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tocsin.adapters.vault import recovery
from tocsin.adapters.vault.keyfiles import load_public
from tocsin.boot import doctor, keys
from tocsin.boot.accounts import Accounts
from tocsin.boot.config import Backup, Config, Keys, Role, Server, Storage
from tocsin.services.health import DRILLED, GOOD
from tocsin.services.ports.machine import Fact

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
SAFE = doctor.Seen(
    debug=False,
    hosts=("security.example.org", "desk.example.org"),
    trusts_proxy=False,
    synchronous="2",
    facts={DRILLED: Fact(at=NOW - timedelta(hours=3), value=GOOD)},
    now=NOW,
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation in production where nothing is wrong that a file can show."""
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 1000)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    data, key_dir, elsewhere = tmp_path / "data", tmp_path / "keys", tmp_path / "elsewhere"
    keys.create(data, key_dir)
    elsewhere.mkdir(mode=0o700)
    public = recovery.key(b"s" * recovery.PART).public
    kit = recovery.make(data, recovery.Escrow(b"", b""), public, NOW)
    recovery.save(data, msgspec.structs.replace(kit, verified_at=NOW))
    assert load_public(data).instance == kit.instance
    return Config(
        server=Server(url="https://security.example.org", desk_url="https://desk.example.org"),
        storage=Storage(data=str(data), keys=str(key_dir)),
        keys=Keys(users=("tocsin-desk",)),
        backup=Backup(directory=str(elsewhere)),
    )


def grades(config: Config, seen: doctor.Seen = SAFE) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in doctor.examine(config, seen):
        found[each.name] = max(found.get(each.name, "A"), each.grade)
    return found


def test_a_careful_installation_is_refused_nothing_and_is_told_what_could_be_better(config: Config) -> None:
    assert doctor.in_production(config)
    assert doctor.refusals(config, SAFE) == []
    assert {name: grade for name, grade in grades(config).items() if grade != "A"} == {"keys": "C"}
    assert doctor.overall(doctor.examine(config, SAFE)) == "C"


def seen(**changes: object) -> Callable[[Config], tuple[Config, doctor.Seen]]:
    return lambda config: (config, msgspec.structs.replace(SAFE, **changes))


def kit(change: Callable[[Path], object]) -> Callable[[Config], tuple[Config, doctor.Seen]]:
    def broken(config: Config) -> tuple[Config, doctor.Seen]:
        change(config.data_dir)
        return config, SAFE

    return broken


def unverified(data: Path) -> None:
    found = recovery.load(data)
    assert found is not None
    recovery.save(data, msgspec.structs.replace(found, verified_at=None))


def inside(config: Config) -> tuple[Config, doctor.Seen]:
    moved = config.data_dir / "keys"
    config.key_dir.rename(moved)
    return msgspec.structs.replace(config, storage=Storage(data=str(config.data_dir), keys=str(moved))), SAFE


def plain(config: Config) -> tuple[Config, doctor.Seen]:
    server = Server(url="http://security.example.org", desk_url="http://desk.example.org")
    return msgspec.structs.replace(config, server=server), SAFE


def short(config: Config) -> tuple[Config, doctor.Seen]:
    (config.key_dir / keys.DESK_FILE).write_text("changeme" * 9)
    return config, SAFE


def opened(place: Callable[[Config], Path], mode: int = 0o755) -> Callable[[Config], tuple[Config, doctor.Seen]]:
    def broken(config: Config) -> tuple[Config, doctor.Seen]:
        place(config).chmod(mode)
        return config, SAFE

    return broken


def writable(config: Config) -> tuple[Config, doctor.Seen]:
    file = Path("tocsin.toml")  # where it is looked for: `config` has changed to a directory of its own
    file.write_text("", encoding="utf-8")
    file.chmod(0o664)
    return config, SAFE


def trusting(config: Config) -> tuple[Config, doctor.Seen]:
    os.environ["FORWARDED_ALLOW_IPS"] = "*"  # `config` takes it back
    return config, SAFE


UNSAFE = {
    "debug": seen(debug=True),
    "desk secret": short,
    "keys": inside,
    "file modes": opened(lambda config: config.data_dir),
    "durability": seen(synchronous="1"),
    "recovery kit": kit(unverified),
    "https": plain,
    "hosts": seen(hosts=("*",)),
}
MORE = [
    ("recovery kit", kit(lambda data: (data / recovery.FILE).unlink())),
    ("durability", seen(synchronous="off")),
    ("durability", seen(synchronous="on", postgresql=True, weak=("fsync=off",))),
    ("database", seen(synchronous="on", postgresql=True, unfit=("the front owns the tables",))),
    ("hosts", seen(trusts_proxy=True)),
    ("hosts", seen(hosts=(".example.org",))),
    ("hosts", trusting),
    ("keys", opened(lambda config: keys.key_file(config.key_dir), 0o644)),
    ("file modes", opened(lambda config: config.key_dir)),
    ("file modes", opened(doctor.backup.directory)),
    ("file modes", writable),
]


@pytest.mark.parametrize(("name", "broken"), [*UNSAFE.items(), *MORE])
def test_what_is_unsafe_keeps_a_server_in_production_from_starting_and_says_what_mends_it(
    config: Config, name: str, broken: Callable[[Config], tuple[Config, doctor.Seen]]
) -> None:
    refused = doctor.refusals(*broken(config))
    assert name in {each.name for each in refused}
    assert all(each.because and each.mend for each in refused)


def away(config: Config) -> tuple[Config, doctor.Seen]:
    """Keys and what the desk signs with are another user's, or on another machine."""
    for each in config.key_dir.iterdir():
        each.unlink()
    return config, SAFE


@pytest.mark.parametrize("role", [Role.FRONT, Role.MAIL, Role.WORKER, Role.DESK])
def test_a_process_of_its_own_starts_without_what_it_has_no_business_with(config: Config, role: Role) -> None:
    """Negative control: the desk, which signs. A worker under a unit of its own did not start for want of that."""
    (config.key_dir / keys.DESK_FILE).unlink()
    signs = {"desk secret"} if role is Role.DESK else set()
    opens = {"keys"} if role in (Role.DESK, Role.WORKER) else set()
    assert {each.name for each in doctor.refusals(config, SAFE, role)} == signs
    assert {each.name for each in doctor.refusals(*away(config), role)} == signs | opens
    weak = msgspec.structs.replace(SAFE, weak=("fsync=off",))
    assert "durability" in {each.name for each in doctor.refusals(config, weak, role)}


@pytest.mark.parametrize("name", UNSAFE)
def test_on_loopback_the_same_is_graded_and_nothing_is_refused(config: Config, name: str) -> None:
    broken, found = UNSAFE[name](config)
    if name == "https":
        return  # loopback is never https
    here = msgspec.structs.replace(broken, server=Server())
    assert doctor.refusals(here, found) == []
    assert grades(here, found)[name] == "F"


@pytest.mark.parametrize(
    ("facts", "grade"),
    [
        ({}, "D"),
        ({DRILLED: Fact(at=NOW, value="the restored database is damaged")}, "D"),
        ({DRILLED: Fact(at=NOW - timedelta(hours=49), value=GOOD)}, "D"),
        ({DRILLED: Fact(at=NOW - timedelta(hours=47), value=GOOD)}, "A"),
    ],
)
def test_backups_are_as_good_as_their_last_drill(config: Config, facts: dict[str, Fact], grade: str) -> None:
    assert grades(config, msgspec.structs.replace(SAFE, facts=facts))["backups"] == grade


@pytest.mark.parametrize(
    "server",
    [
        Server(listen="0.0.0.0:8080"),
        Server(desk_listen="[::]:8081"),
        Server(url="https://security.example.org", desk_url="https://desk.example.org"),
    ],
)
def test_whatever_others_can_reach_is_production(config: Config, server: Server) -> None:
    assert not doctor.in_production(msgspec.structs.replace(config, server=Server()))
    assert doctor.in_production(msgspec.structs.replace(config, server=server))


def test_a_trial_without_a_second_factor_is_told_so_and_no_other_installation_can_be_one(config: Config) -> None:
    trial = msgspec.structs.replace(config, server=Server(), accounts=Accounts(trial=True))
    assert grades(trial)["second factor"] == "F"
    with pytest.raises(ValueError, match="loopback"):
        msgspec.structs.replace(config, accounts=Accounts(trial=True))


def test_one_user_for_everything_is_said_to_be_no_boundary(config: Config) -> None:
    assert grades(msgspec.structs.replace(config, keys=Keys()))["users"] == "C"
