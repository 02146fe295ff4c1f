# SPDX-License-Identifier: Apache-2.0
"""The key holder: what it gives to whom, what it writes down first, where it stops, and how its keys are kept."""

from __future__ import annotations

import base64
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.support import ROOT
from tests.vault.conftest import NOON, held, holder_of, listening
from tocsin.adapters.vault import KeyFileRefused, create_instance_keys, load_sealer
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.client import HeldKeys, HeldVault, SocketAsk
from tocsin.adapters.vault.holder.core import ALARM, Holder
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.adapters.vault.holder.limits import MACHINES, Counter, Limits
from tocsin.adapters.vault.holder.server import Server, peer
from tocsin.adapters.vault.keyfiles import publish_key
from tocsin.adapters.vault.keyring import CREDENTIAL, KeyStore, seal_with, unseal
from tocsin.services.ports.keys import KeysRefused
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.vault import CaseKey, Limited, Tampered
from tocsin.testing.vault import Sealing, in_memory
from tocsin.testing.world import VirtualClock

CASE = "WHPG-2026-k7x4m"
PASSPHRASE = "six words that nobody else has thought of"


def opened(vault: HeldVault, case: str, actor: str = "usr_dana", purpose: str = "case.read") -> CaseKey:
    _, wrapped = vault.new_case_key(case)
    return vault.case_key(case, wrapped, actor, purpose)


def vault_of(base: Path, holder: Holder) -> HeldVault:
    return HeldVault(load_sealer(base / "data"), holder.answer)


# -------------------------------------------------------------------------------------------------- ledger and limits


def test_every_release_stands_in_the_ledger_with_person_and_purpose_before_it_is_given(base: Path) -> None:
    holder = holder_of(base)
    opened(vault_of(base, holder), CASE, "usr_li", "advisory.publish")
    (line,) = Ledger(base / "ledger").since(NOON)
    assert (line.case, line.actor, line.purpose) == (CASE, "usr_li", "advisory.publish")
    assert (line.at, line.refused) == (NOON, "")


def test_what_cannot_be_written_down_is_not_released(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = holder_of(base)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tocsin.adapters.vault.holder.ledger.os.write", full)
    with pytest.raises(Unavailable, match="No space left"):
        opened(vault_of(base, holder), CASE)


def test_the_ledger_holds_no_key_and_no_content(base: Path) -> None:
    holder = holder_of(base)
    vault = vault_of(base, holder)
    key, wrapped = vault.new_case_key(CASE)
    vault.case_key(CASE, wrapped, "usr_dana", "case.read")
    raw = b"".join(path.read_bytes() for path in (base / "ledger").iterdir())
    assert key._key not in raw
    assert set(msgspec.json.decode(raw)) == {"at", "case", "actor", "purpose"}


def test_one_person_opens_sixty_different_cases_an_hour_and_no_more(base: Path) -> None:
    clock = VirtualClock(NOON)
    vault = vault_of(base, holder_of(base, now=clock))
    for number in range(60):
        opened(vault, f"case-{number}")
    opened(vault, "case-7")  # the same again is work, not leaving with everything
    with pytest.raises(Limited, match="60 different cases an hour"):
        opened(vault, "case-60")
    opened(vault, "case-60", actor="usr_li")
    clock.advance(timedelta(hours=1, seconds=1))
    opened(vault, "case-60")


def test_one_person_opens_three_hundred_different_cases_a_day_and_no_more() -> None:
    counter, now = Counter(Limits(hour=60, day=300)), NOON
    refused = 0
    for number in range(400):
        now += timedelta(minutes=2)
        refused += counter.count("usr_dana", f"case-{number}", now).refused_until is not None
    assert refused == 100
    assert counter.count("usr_dana", "case-399", now + timedelta(hours=24)).refused_until is None


class Plain:
    """The count as one would write it down: every release of the last day looked at each time."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.seen = limits, {}

    def refused(self, actor: str, case: str, now: datetime) -> bool:
        seen = {each: at for each, at in self.seen.get(actor, {}).items() if at > now - timedelta(days=1)}
        within = {each for each, at in seen.items() if at > now - timedelta(hours=1)}
        full = len(within) >= self.limits.hour or (case not in seen and len(seen) >= self.limits.day)
        if actor not in MACHINES and case not in within and full:
            return True
        self.seen[actor] = {**seen, case: now}
        return False


def test_the_count_is_that_of_every_release_looked_at_each_time() -> None:
    chance, now = random.Random(11), NOON
    counter, plain = Counter(Limits(hour=4, day=9)), Plain(Limits(hour=4, day=9))
    refused = 0
    for _ in range(4_000):
        now += timedelta(minutes=chance.choice((0, 1, 5, 20, 61)))
        actor, case = chance.choice(("usr_dana", "usr_li", "system")), f"case-{chance.randrange(20)}"
        told = counter.count(actor, case, now)
        assert (told.refused_until is not None) == plain.refused(actor, case, now)
        assert told.refused_until is None or now < told.refused_until <= now + timedelta(days=1)
        refused += told.refused_until is not None
    assert 200 < refused < 3_000


def test_the_machine_opens_every_case_of_a_foundation_and_an_alarm_sounds_once() -> None:
    counter, limits = Counter(Limits()), Limits()
    told = [counter.count("system", f"case-{n}", NOON + timedelta(milliseconds=n)) for n in range(100_000)]
    assert not any(each.refused_until for each in told)
    assert [n for n, each in enumerate(told) if each.alarm] == [limits.machine_hour]


def test_control_without_limits_everything_is_released(base: Path) -> None:
    vault = vault_of(base, holder_of(base, Limits(hour=10_000, day=10_000)))
    for number in range(70):
        opened(vault, f"case-{number}")


def test_running_into_the_limit_is_an_alarm_once_an_hour(base: Path) -> None:
    clock = VirtualClock(NOON)
    holder = holder_of(base, Limits(hour=2, day=9), clock)
    vault = vault_of(base, holder)
    for number in range(6):
        try:
            opened(vault, f"case-{number}")
        except Limited:
            continue
    alarms = [line for line in Ledger(base / "ledger").since(NOON) if line.purpose == ALARM]
    assert [(line.actor, line.case) for line in alarms] == [("usr_dana", "case-2")]


def test_the_machine_is_alarmed_at_but_never_refused(base: Path) -> None:
    vault = vault_of(base, holder_of(base, Limits(hour=2, day=2, machine_hour=3)))
    for number in range(5):
        opened(vault, f"case-{number}", actor="clock")
    alarms = [line for line in Ledger(base / "ledger").since(NOON) if line.purpose == ALARM]
    assert len(alarms) == 1


def test_a_restart_forgets_no_count_and_counts_nothing_that_was_refused(base: Path) -> None:
    opened(vault_of(base, holder_of(base, Limits(hour=1, day=1))), "case-1")
    for _ in range(2):  # had the refused one been counted, it would be one that was opened before
        with pytest.raises(Limited):
            opened(vault_of(base, holder_of(base, Limits(hour=1, day=1))), "case-2")
    opened(vault_of(base, holder_of(base, Limits(hour=1, day=1))), "case-1")


def test_the_ledger_is_read_a_page_at_a_time_without_losing_or_doubling_a_line(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(NOON)
    holder = holder_of(base, Limits(hour=99, day=99), clock)
    vault = vault_of(base, holder)
    for number in range(23):
        clock.advance(timedelta(seconds=number % 3 == 0))
        opened(vault, f"case-{number}")
    monkeypatch.setattr("tocsin.adapters.vault.holder.client.PAGE", 7)
    lines = HeldKeys(holder.answer).releases(NOON)
    assert [line.case for line in lines] == [f"case-{number}" for number in range(23)]


# --------------------------------------------------------------------------------------------------------- the socket


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_user_that_is_not_named_is_hung_up_on(base: Path) -> None:
    place = Path(tempfile.mkdtemp())
    place.chmod(0o711)
    asks = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from tocsin.adapters.vault.holder.client import SocketAsk\n"
        "from tocsin.adapters.vault.holder import wire\n"
        "from tocsin.services.ports.store import Unavailable\n"
        "os.setuid(12345)\n"
        "ask = SocketAsk(Path(sys.argv[1]))\n"
        "try:\n    print(*(type(ask(each)).__name__ for each in (wire.AskStanding(), wire.AskEscrow(b'k' * 32))))\n"
        "except Unavailable:\n    print('nothing')\n"
    )
    told = {}
    for name, users in (("named", (12345,)), ("not-named", (54321,))):
        path = place / name
        server = Server(holder_of(base), path, users)
        path.chmod(0o666)  # so that it is the kernel's word about the peer that counts, not the file's mode
        thread = threading.Thread(target=server.serve)
        thread.start()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run([sys.executable, "-c", asks, str(path)], capture_output=True, text=True, env=environment)
        server.close()
        thread.join()
        told[name] = done.stdout.strip() or done.stderr
    assert told == {"named": "GivenStanding No", "not-named": "nothing"}, "a named user asks, and changes no keys"


def test_another_user_changes_no_keys(base: Path) -> None:
    holder = holder_of(base)
    for question in (wire.AskRotate(NOON), wire.AskEscrow(b"k" * 32)):
        answer = holder.answer(question, admin=False)
        assert isinstance(answer, wire.No)
        assert "own user" in answer.because


def test_the_socket_is_its_owners_alone_unless_users_are_named(base: Path) -> None:
    for users, mode in (((), 0o600), ((12345,), 0o660)):
        server = Server(holder_of(base), base / "s", users)
        assert (base / "s").stat().st_mode & 0o777 == mode
        server.close()
        assert not (base / "s").exists()


def test_a_second_key_holder_does_not_take_the_place_of_the_first(base: Path) -> None:
    with listening(holder_of(base), base / "s") as ask:
        with pytest.raises(OSError, match="another key holder"):
            Server(holder_of(base), base / "s")
        assert isinstance(ask(wire.AskStanding()), wire.GivenStanding)


def test_a_socket_left_by_a_crash_is_in_nobodys_way(base: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(base / "s"))
    left.close()
    with listening(holder_of(base), base / "s") as ask:
        assert isinstance(ask(wire.AskStanding()), wire.GivenStanding)


def test_a_long_path_is_no_obstacle(base: Path) -> None:
    deep = base / ("d" * 120)
    deep.mkdir()
    with listening(holder_of(base), deep / "holder.socket") as ask:
        assert isinstance(ask(wire.AskStanding()), wire.GivenStanding)


def test_after_a_restart_of_the_key_holder_the_next_question_is_answered(base: Path) -> None:
    ask = SocketAsk(base / "s")
    for _ in range(2):
        with listening(holder_of(base), base / "s"):
            assert isinstance(ask(wire.AskStanding()), wire.GivenStanding)
    with pytest.raises(Unavailable, match="does not answer"):
        ask(wire.AskStanding())
    ask.close()


@pytest.mark.parametrize("sent", [b"\xff\xff\xff\xff", b"\0\0\0\x04spam", b"\0\0\0\x05ab", b"", b"\0\0"])
def test_nonsense_is_hung_up_on_and_harms_nobody(base: Path, sent: bytes) -> None:
    with listening(holder_of(base), base / "s") as ask:
        with socket.socket(socket.AF_UNIX) as odd:
            odd.settimeout(10)
            odd.connect(str(base / "s"))
            assert peer(odd) == os.geteuid()
            odd.sendall(sent)
            odd.shutdown(socket.SHUT_WR)
            assert odd.recv(1) == b""
        assert isinstance(ask(wire.AskStanding()), wire.GivenStanding)


def test_the_process_imports_no_framework_no_database_and_no_templates() -> None:
    asked = "import sys, tocsin.boot.holder; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=environment, check=True)
    loaded = set(done.stdout.split())
    assert loaded & {"django", "sqlite3", "psycopg", "granian", "httpx2", "http", "ssl", "click", "jinja2"} == set()
    assert "nacl" in loaded


# ------------------------------------------------------------------------------------------------- rotation, providers


def test_after_a_rotation_old_and_new_open_and_the_new_one_is_sealed_to(base: Path) -> None:
    holder, sealing = holder_of(base), from_files_again(base)
    vault = held(sealing, holder.answer).vault
    key, wrapped = vault.new_case_key(CASE)
    row = vault.list_key("p").seal(b"row", b"place")
    drop = sealing.sealer.seal_drop(b"drop", b"place")
    keys = HeldKeys(holder.answer)
    before = keys.standing()
    after = keys.rotate(NOON + timedelta(days=30))
    publish_key(base / "data", after.public[0])
    fresh = held(from_files_again(base), holder.answer).vault
    assert after.public[1:] == before.public
    assert fresh.case_key(CASE, wrapped, "a", "p").open(key.seal(b"x", b"y"), b"y") == b"x"
    assert fresh.open_drop(drop, b"place") == b"drop"
    assert fresh.list_key("p").open(row, b"place") == b"row"
    anew = keys.rewrap(CASE, wrapped)
    assert anew != wrapped
    assert keys.rewrap(CASE, anew) == anew
    assert sealing.sealer.new_case_key(CASE)[1][:9] == anew[:9], "a sealer that was there before takes up the new key"


def test_a_retired_key_opens_nothing_any_more_and_is_gone_from_the_disk(base: Path) -> None:
    clock = VirtualClock(NOON)
    holder = holder_of(base, now=clock)
    keys = HeldKeys(holder.answer)
    seed = KeyStore(next((base / "keys").glob("*.kek"))).load().seed
    vault = vault_of(base, holder)
    _, wrapped = vault.new_case_key(CASE)
    keys.rotate(NOON + timedelta(days=30))
    clock.set(NOON + timedelta(days=29))
    assert keys.retire(clock()) == 0
    vault.case_key(CASE, wrapped, "a", "p")
    clock.set(NOON + timedelta(days=30))
    assert keys.retire(NOON + timedelta(days=30)) == 1
    with pytest.raises(Tampered):
        vault.case_key(CASE, wrapped, "a", "p")
    assert base64.b64encode(seed) not in b"".join(p.read_bytes() for p in (base / "keys").iterdir() if p.is_file())


def test_no_old_key_ends_before_its_time_whatever_the_caller_calls_now(base: Path) -> None:
    keys = HeldKeys(holder_of(base, now=VirtualClock(NOON)).answer)
    keys.rotate(NOON + timedelta(days=30))
    assert keys.retire(NOON + timedelta(days=9999)) == 0


def test_a_rotated_ring_survives_a_restart(base: Path) -> None:
    HeldKeys(holder_of(base).answer).rotate(NOON + timedelta(days=30))
    assert len(HeldKeys(holder_of(base).answer).standing().public) == 2


@pytest.fixture(params=["passphrase", "credential"])
def sealed(request: pytest.FixtureRequest, base: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    (path,) = (base / "keys").glob("*.kek")
    credentials = base / "credentials"
    credentials.mkdir()
    (credentials / CREDENTIAL).write_bytes(os.urandom(32))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    # The cost of argon2id is the point of it, and not of these tests.
    monkeypatch.setattr("tocsin.adapters.vault.keyring.pwhash.argon2id.OPSLIMIT_MODERATE", 1)
    monkeypatch.setattr("tocsin.adapters.vault.keyring.pwhash.argon2id.MEMLIMIT_MODERATE", 8192)
    return request.param, path


def test_sealed_keys_open_with_what_sealed_them_and_nothing_lies_in_clear(
    sealed: tuple[str, Path], base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, path = sealed
    ring = KeyStore(path).load()
    seal_with(path, kind, PASSPHRASE)  # type: ignore[arg-type]
    store = KeyStore(path, lambda: PASSPHRASE)
    assert (store.provider, store.load()) == (kind, ring)
    raw = b"".join(each.read_bytes() for each in path.parent.iterdir() if each.is_file())
    assert not any(msgspec.json.encode(secret).strip(b'"') in raw for secret in (ring.seed, ring.log))
    rotated = store.rotate(ring, NOON, NOON)
    assert KeyStore(path, lambda: PASSPHRASE).load() == rotated
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(KeyFileRefused, match=r"does not open|no credential"):
        KeyStore(path, lambda: "another passphrase").load()


def test_sealing_can_be_undone(sealed: tuple[str, Path]) -> None:
    kind, path = sealed
    ring = KeyStore(path).load()
    seal_with(path, kind, PASSPHRASE)  # type: ignore[arg-type]
    unseal(path, lambda: PASSPHRASE)
    assert KeyStore(path).load() == ring


def test_a_short_passphrase_is_refused(base: Path) -> None:
    (path,) = (base / "keys").glob("*.kek")
    with pytest.raises(KeyFileRefused, match="12 characters"):
        seal_with(path, "passphrase", "short")
    assert KeyStore(path).provider == "file"


def from_files_again(base: Path) -> Sealing:
    sealer = load_sealer(base / "data")
    memory = in_memory(sealer.instance)
    return Sealing(**{**vars(memory), "sealer": sealer})


def test_a_refusal_is_what_it_is_called(base: Path) -> None:
    def refusing(code: str) -> Callable[[wire.Question], wire.Answer]:
        return lambda _: wire.No(code, "because")

    kinds = {"limited": Limited, "tampered": Tampered, "refused": KeysRefused, "unavailable": Unavailable}
    for code, kind in kinds.items():
        with pytest.raises(kind):
            HeldVault(load_sealer(base / "data"), refusing(code)).open_drop(b"", b"")
        with pytest.raises(kind):
            HeldVault(load_sealer(base / "data"), refusing(code)).open_drops([(b"", b"")])


def test_many_drops_are_opened_in_one_question_and_a_torn_one_is_nobody_elses_matter(base: Path) -> None:
    asked: list[wire.Question] = []
    holder = holder_of(base)

    def ask(question: wire.Question) -> wire.Answer:
        asked.append(question)
        return wire.ANSWER.decode(msgspec.msgpack.encode(holder.answer(question)))

    vault = HeldVault(load_sealer(base / "data"), ask)
    drops = [(vault.seal_drop(b"%d" % number, b"place"), b"place") for number in range(3)]
    drops[1] = (drops[1][0], b"elsewhere")
    assert list(vault.open_drops(drops)) == [b"0", None, b"2"]
    assert len(asked) == 1
    assert list(vault.open_drops([])) == []
    assert len(asked) == 1


def test_keys_of_two_instances_do_not_mix(tmp_path: Path) -> None:
    for name in ("a", "b"):
        create_instance_keys(tmp_path / name / "data", tmp_path / name / "keys")
    vault = vault_of(tmp_path / "a", holder_of(tmp_path / "b"))
    with pytest.raises(Tampered):
        opened(vault, CASE)
