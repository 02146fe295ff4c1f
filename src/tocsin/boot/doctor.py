# SPDX-License-Identifier: Apache-2.0
"""How safely an installation is set up: each thing looked at gets a grade from A to F, why, and what mends it.

The whole is as good as its worst part. F means that a server in production does not start (the start-up gate); a trial
on loopback is looked at all the same, starts all the same, and is told that this is why.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from tocsin.adapters.vault import recovery
from tocsin.adapters.vault.holder.client import HeldKeys, SocketAsk
from tocsin.adapters.vault.keyfiles import KeyFileRefused, refuse_badly_kept
from tocsin.adapters.vault.keyring import provider
from tocsin.boot import backup
from tocsin.boot.config import Config, Role
from tocsin.boot.keys import desk_secret, key_file
from tocsin.services.health import DRILLED, GOOD, LATE
from tocsin.services.ports.machine import Fact
from tocsin.services.ports.store import Unavailable

HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
SHORTEST_SECRET: Final = 50
FEWEST_LETTERS: Final = 16
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
SYNCED: Final = frozenset({"2", "3", "on", "remote_apply", "remote_write", "local"})


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at."""

    name: str
    grade: str
    because: str
    mend: str = ""


class Seen(msgspec.Struct, frozen=True):
    """What has to be asked of running parts: Django's settings, the database, the facts that the worker keeps."""

    debug: bool
    hosts: tuple[str, ...]
    trusts_proxy: bool
    synchronous: str
    weak: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    postgresql: bool = False
    facts: Mapping[str, Fact] = {}
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def in_production(config: Config) -> bool:
    """Whether others can reach this installation: either address is not loopback."""
    names = {urlsplit(url).hostname for url in (config.server.url, config.server.desk_url)}
    listens = {listen.rsplit(":", 1)[0].strip("[]") for listen in (config.server.listen, config.server.desk_listen)}
    return not (names | listens) <= HERE


def examine(config: Config, seen: Seen) -> list[Finding]:
    """Look at everything; the worst comes first."""
    found = [finding for look in _LOOKS for finding in look(config, seen)]
    return sorted(found, key=lambda finding: finding.grade, reverse=True)


def refusals(config: Config, seen: Seen, role: Role = Role.MANAGE) -> list[Finding]:
    """What keeps a process of a role from starting in production; nothing on loopback. Where it starts by itself, front
    and mail have a way to the database only, and what the desk signs with is handed to no worker."""
    looks = _OF.get(role, _LOOKS) if in_production(config) else ()
    return [finding for look in looks for finding in look(config, seen) if finding.grade == "F"]


def overall(found: list[Finding]) -> str:
    """The grade of the whole."""
    return max((finding.grade for finding in found), default="A")


def _debug(config: Config, seen: Seen) -> Iterator[Finding]:
    if seen.debug:
        yield Finding("debug", "F", "error pages show source and settings", "unset DJANGO_SETTINGS_MODULE, DEBUG")
    else:
        yield Finding("debug", "A", "error pages show nothing")


def _secret(config: Config, seen: Seen) -> Iterator[Finding]:
    try:
        secret = desk_secret(config.key_dir)
    except KeyFileRefused as refused:
        yield Finding("desk secret", "F", str(refused), f"chmod 600 {config.key_dir / 'desk.secret'}")
        return
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_LETTERS:
        mend = f"python3 -c 'import secrets; print(secrets.token_urlsafe(48))' > {config.key_dir / 'desk.secret'}"
        yield Finding("desk secret", "F", "it is a default, or too short to be random", mend)
    else:
        yield Finding("desk secret", "A", "random and long")


def _second_factor(config: Config, seen: Seen) -> Iterator[Finding]:
    if config.accounts.trial:
        yield Finding("second factor", "F", "a link signs people in by itself", "remove accounts.trial in tocsin.toml")
    else:
        yield Finding("second factor", "A", "everybody who may see a case has one")


def _keys(config: Config, seen: Seen) -> Iterator[Finding]:
    try:
        kept = _kept(config)
    except (KeyFileRefused, Unavailable) as refused:
        yield Finding("keys", "F", str(refused), f"move them: storage.keys outside {config.data_dir}, chmod 700")
        return
    if kept == "file":
        because = "they lie in clear: whoever copies the whole disk has them beside the data"
        yield Finding("keys", "C", because, "tocsin keys seal --with credential (or passphrase)")
    else:
        yield Finding("keys", "A", f"they open with a {kept} only")


def _kept(config: Config) -> str:
    """How the keys are kept: by the word of a key holder of another user, else by looking at them."""
    socket = config.holder_socket
    if socket.is_socket() and socket.stat().st_uid != os.geteuid():
        return HeldKeys(SocketAsk(socket)).standing().provider
    path = key_file(config.key_dir)
    refuse_badly_kept(config.data_dir, path)
    return provider(path)


def _files(config: Config, seen: Seen) -> Iterator[Finding]:
    # A key holder of another user reads the public file among the data: its group may look there, and never write.
    shared = stat.S_IRWXO | stat.S_IWGRP if config.keys.users else OTHERS
    places = ((config.data_dir, shared), (config.key_dir, OTHERS), (backup.directory(config), OTHERS))
    wide = [path for path, closed in places if path.exists() and path.stat().st_mode & closed]
    for path in wide:
        yield Finding("file modes", "F", f"{path} is open to others", f"chmod 700 {path}")
    file = Path(os.environ.get("TOCSIN_CONFIG", "tocsin.toml"))
    if file.exists() and file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Finding("file modes", "F", f"{file} can be changed by others", f"chmod go-w {file}")
    elif not wide:
        yield Finding("file modes", "A", "data, keys and backups are their owner's alone")


def _durable(config: Config, seen: Seen) -> Iterator[Finding]:
    if seen.weak:
        because = f"the server runs with {', '.join(seen.weak)}: a power cut loses acknowledged reports"
        yield Finding("durability", "F", because, "set them to on in postgresql.conf, and restart it")
    elif seen.synchronous in SYNCED:
        yield Finding("durability", "A", "a report is on the disk before it is acknowledged")
    else:
        because = f"the database runs with synchronous={seen.synchronous}: a power cut loses acknowledged reports"
        yield Finding("durability", "F", because, "remove what lowers it: SQLite needs FULL, PostgreSQL on")


def _server(config: Config, seen: Seen) -> Iterator[Finding]:
    if not seen.postgresql:
        return
    for each in seen.unfit:
        yield Finding("database", "F", each, "docs/how-to/use-postgresql.md")
    if not config.database.front:
        because = "front and desk own the tables: whoever takes the front over reads and rewrites every row"
        yield Finding("database roles", "C", because, "tocsin db roles --out /etc/tocsin")
    elif not seen.unfit:
        yield Finding("database roles", "A", "intake may add, the desk may not rewrite, and rows keep to their people")


def _recovery(config: Config, seen: Seen) -> Iterator[Finding]:
    kit = recovery.load(config.data_dir)
    if kit is None:
        yield Finding(
            "recovery kit", "F", "there is none: with the keys, all cases would be lost", "tocsin recovery make"
        )
    elif kit.verified_at is None:
        yield Finding("recovery kit", "F", "nobody has tried two shares yet", "tocsin recovery verify")
    else:
        yield Finding("recovery kit", "A", f"two shares were tried on {kit.verified_at:%Y-%m-%d}")


def _origin(config: Config, seen: Seen) -> Iterator[Finding]:
    plain = [url for url in (config.server.url, config.server.desk_url) if _plain(url)]
    if plain:
        yield Finding("https", "F", f"{plain[0]} is not https: others can read along", "set server.url to https://…")
    else:
        yield Finding("https", "A", "nothing travels in clear")


def _plain(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme != "https" and parts.hostname not in HERE


def _hosts(config: Config, seen: Seen) -> Iterator[Finding]:
    wild = [host for host in seen.hosts if host == "*" or host.startswith(".")]
    if wild or seen.trusts_proxy or os.environ.get("FORWARDED_ALLOW_IPS") == "*":
        because = "any name or any proxy is believed" if not wild else f"any name under {wild[0]} is answered to"
        yield Finding("hosts", "F", because, "name one host in server.url; unset FORWARDED_ALLOW_IPS")
    else:
        yield Finding("hosts", "A", "only its own names are answered to, and no proxy's word is taken")


def _users(config: Config, seen: Seen) -> Iterator[Finding]:
    if os.geteuid() == 0 and in_production(config):
        yield Finding("users", "D", "it runs as root", "use packaging/systemd: a user for each process")
    elif not config.keys.users:
        because = "front, desk and key holder are one user: who takes over the front may ask for keys"
        yield Finding("users", "C", because, "use packaging/systemd: a user for each process")
    else:
        yield Finding("users", "A", "the key holder is another user than those who ask it")


def _backups(config: Config, seen: Seen) -> Iterator[Finding]:
    drilled = seen.facts.get(DRILLED)
    if drilled is None:
        yield Finding("backups", "D", "none was ever restored", "tocsin backup")
    elif drilled.value != GOOD:
        yield Finding("backups", "D", drilled.value, "tocsin backup")
    elif seen.now - drilled.at > LATE:
        yield Finding("backups", "D", f"the last good drill was on {drilled.at:%Y-%m-%d}", "tocsin backup")
    elif backup.directory(config).resolve().is_relative_to(config.data_dir.resolve()):
        yield Finding("backups", "B", "they lie on the same disk as the data", "set backup.directory, and copy it away")
    else:
        yield Finding("backups", "A", f"the last one was restored on {drilled.at:%Y-%m-%d %H:%M} UTC")


_LOOKS: Final[tuple[Callable[[Config, Seen], Iterator[Finding]], ...]] = (
    _debug, _secret, _second_factor, _keys, _files, _durable, _server, _recovery, _origin, _hosts, _users, _backups,
)  # fmt: skip
_OF: Final = {
    Role.FRONT: (_durable, _server),
    Role.MAIL: (_durable, _server),
    Role.WORKER: tuple(look for look in _LOOKS if look is not _secret),
}


def seen_now(facts: Mapping[str, Fact] | None = None) -> Seen:
    """Ask Django's settings and the database of this process; Django is set up."""
    from django.conf import settings
    from django.db import connection

    from tocsin.adapters.db.standing import standing

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        (synchronous,) = _row(cursor.fetchone())
    found = standing()
    return Seen(
        debug=bool(settings.DEBUG),
        hosts=tuple(settings.ALLOWED_HOSTS),
        trusts_proxy=bool(settings.SECURE_PROXY_SSL_HEADER or settings.USE_X_FORWARDED_HOST),
        synchronous=str(synchronous),
        weak=found.weak,
        unfit=found.unfit,
        postgresql=connection.vendor == "postgresql",
        facts=facts or {},
        now=datetime.now(UTC),
    )


def _row(row: Any) -> tuple[Any, ...]:
    return tuple(row or ("unknown",))
