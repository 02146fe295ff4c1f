# SPDX-License-Identifier: Apache-2.0
"""The configuration of one installation: `tocsin.toml`, the environment, and defaults for all the rest.

Precedence: environment over the file named by `TOCSIN_CONFIG`, over `./tocsin.toml`, over the user's configuration
directory, over defaults. Nothing here touches keys or the database. Names of settings: UX 2.6 and 2.7.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from tocsin.boot.accounts import Accounts
from tocsin.boot.inbound import Inbound
from tocsin.boot.outbound import Outbound
from tocsin.services.ports.cna import Account
from tocsin.services.ports.forge import Source as Forge
from tocsin.services.ports.git import Source

FILE: Final = "tocsin.toml"

_ADDRESS: Final = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?/?", re.ASCII | re.IGNORECASE)
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LAST_PORT: Final = 65_535
_PLACE: Final = re.compile(r"\S+:[0-9]{1,5}", re.ASCII)


WORKER: Final = "TOCSIN_WORKER"
APART: Final = "apart"
"""What `TOCSIN_WORKER` says to a desk whose worker is a process of its own."""


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file, the setting and what to do."""


class Role(StrEnum):
    """What this process is. Each role holds only the keys it needs."""

    KEYS = "keys"
    FRONT = "front"
    DESK = "desk"
    WORKER = "worker"
    MAIL = "mail"
    MANAGE = "manage"


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the two listeners are reached: the public one (report form, advisories) and the desk.

    The two are two origins, so that neither's pages can touch the other's. Cookies are kept to https where the public
    address is https, which browsers also do for a desk on loopback.
    """

    url: str = "http://127.0.0.1:8080"
    listen: str = "127.0.0.1:8080"
    desk_url: str = "http://127.0.0.1:8081"
    desk_listen: str = "127.0.0.1:8081"

    def __post_init__(self) -> None:
        """Refuse what could not be served, with the setting that says so (ValueError)."""
        for name in ("url", "desk_url"):
            address = _ADDRESS.fullmatch(getattr(self, name))
            if not address or int((address[2] or ":0")[1:]) > _LAST_PORT:
                raise ValueError(f"server.{name} is written like https://security.example.org, without a path")
        for name in ("listen", "desk_listen"):
            if not _PLACE.fullmatch(getattr(self, name)):
                raise ValueError(f"server.{name} is written like 127.0.0.1:8080")
        if self.url.rstrip("/") == self.desk_url.rstrip("/") or self.listen == self.desk_listen:
            raise ValueError("the desk needs an address of its own: change server.desk_url and server.desk_listen")
        public, desk = urlsplit(self.url), urlsplit(self.desk_url)
        if public.scheme != desk.scheme and (desk.scheme == "https" or desk.hostname not in _HERE):
            raise ValueError("server.url and server.desk_url are both https; http is for a trial or a desk on loopback")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names under which the listeners are asked for, as they stand in a Host header."""
        names = {str(urlsplit(url).hostname) for url in (self.url, self.desk_url)}
        return tuple(sorted(f"[{name}]" if ":" in name else name for name in names))

    @property
    def desk_origin(self) -> str:
        """The desk's origin (RFC 6454), as browsers send it with forms; the proxy that speaks TLS hides its scheme."""
        parts = urlsplit(self.desk_url.lower())
        usual = {"https": ":443", "http": ":80"}[parts.scheme]
        return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sqlite:///tocsin.db` (below the data directory) or `postgresql://user@host/name`.

    `front` and `desk` are the same PostgreSQL as those two processes reach it, under roles that may less than the owner
    of the tables (`tocsin db roles`). Each address may stand in a file of its own, written `file:/path`, so that the
    process of one need not be able to read the other's.
    """

    url: str = "sqlite:///tocsin.db"
    front: str = ""
    desk: str = ""

    def __post_init__(self) -> None:
        """Refuse a half (ValueError)."""
        if bool(self.front) != bool(self.desk):
            raise ValueError("database.front and database.desk are set both or not at all")

    def reached_by(self, role: Role) -> str:
        """The address that a process of this role uses. Raises ConfigError for a file that cannot be read."""
        doors = {Role.FRONT: self.front, Role.MAIL: self.front, Role.DESK: self.desk, Role.WORKER: self.desk}
        told = doors.get(role) or self.url
        if not told.startswith("file:"):
            return told
        path = Path(told.removeprefix("file:"))
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"{path}, which holds the database's address, cannot be read: {error.strerror}") from None


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where data and keys lie. Keys never lie inside the data directory.

    `attachments` and `site` name a bucket for each (`boot.storage`); without, they lie below the data directory.
    `unsent_gb` is what files of reports that are not sent yet may take, in 10^9 bytes (`services.unsent`).
    """

    data: str = ""
    keys: str = ""
    attachments: str = ""
    site: str = ""
    unsent_gb: int = 10

    def __post_init__(self) -> None:
        """Refuse what nobody could send by (ValueError)."""
        if self.unsent_gb < 1:
            raise ValueError("storage.unsent_gb is at least 1")


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nightly backups: where they are written, and how many are kept. Wrapped keys are kept thirty days at most."""

    directory: str = ""
    keep: int = 14
    nightly: bool = True

    def __post_init__(self) -> None:
        """Refuse to keep none (ValueError)."""
        if self.keep < 1:
            raise ValueError("backup.keep is at least 1")


class Egress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What leaves the desk. `canaries` are planted words that never do: a name from a customer's system, a word hidden
    in a test document. `hosts` are machines inside that may be spoken to all the same, as `name` or `name:port`."""

    canaries: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key holder: where it listens, which users may ask it besides its own, and how much it releases."""

    socket: str = ""
    users: tuple[str, ...] = ()
    cases_per_hour: int = 60
    cases_per_day: int = 300

    def __post_init__(self) -> None:
        """Refuse limits under which nobody could work (ValueError)."""
        if not 0 < self.cases_per_hour <= self.cases_per_day:
            raise ValueError("keys.cases_per_hour is at least 1, and at most keys.cases_per_day")


class Monitor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where metrics of the machine are served, and with which token; how logs are written; and which collector of
    OpenTelemetry is sent traces."""

    listen: str = ""
    token_file: str = ""
    log: Literal["plain", "json"] = "plain"
    traces: str = ""

    def __post_init__(self) -> None:
        """Refuse to give metrics to everybody, and traces to whoever listens on the way (ValueError)."""
        place = urlsplit(self.traces)
        if self.traces and not (place.scheme == "https" or (place.scheme == "http" and place.hostname in _HERE)):
            raise ValueError("monitor.traces begins with https://, or with http:// on loopback")
        if self.listen and not _PLACE.fullmatch(self.listen):
            raise ValueError("monitor.listen is written like 127.0.0.1:9464")
        if self.listen and self.listen.rpartition(":")[0].strip("[]") not in _HERE and not self.token_file:
            raise ValueError("monitor.listen is on loopback, or monitor.token_file names a token")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    server: Server = Server()
    database: Database = Database()
    storage: Storage = Storage()
    keys: Keys = Keys()
    backup: Backup = Backup()
    egress: Egress = Egress()
    accounts: Accounts = Accounts()
    inbound: Inbound = Inbound()
    mail: Outbound = Outbound()
    repository: dict[str, Source] = {}
    forge: dict[str, Forge] = {}
    cna: dict[str, Account] = {}
    monitor: Monitor = Monitor()
    worker_seconds: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a trial that others can reach (ValueError)."""
        hosts = {urlsplit(url).hostname for url in (self.server.url, self.server.desk_url)}
        if self.accounts.trial and (self.secure or not hosts <= _HERE):
            raise ValueError("accounts.trial is for http on loopback: others would get in without a second factor")

    @property
    def data_dir(self) -> Path:
        """Where the database and the attachments lie."""
        return Path(self.storage.data or _default("XDG_DATA_HOME", ".local/share")).expanduser()

    @property
    def key_dir(self) -> Path:
        """Where the key-encryption key and the desk's secret lie."""
        return Path(self.storage.keys or _default("XDG_CONFIG_HOME", ".config") / "keys").expanduser()

    @property
    def holder_socket(self) -> Path:
        """Where the key holder listens."""
        return Path(self.keys.socket).expanduser() if self.keys.socket else self.key_dir / "holder.socket"

    @property
    def secure(self) -> bool:
        """Whether the instance is reached over https."""
        return self.server.url.startswith("https://")


def _default(variable: str, below_home: str) -> Path:
    base = os.environ.get(variable)
    return (Path(base) if base else Path.home() / below_home) / "tocsin"


ENVIRONMENT: Final[Mapping[str, tuple[str, str]]] = {
    "TOCSIN_URL": ("server", "url"),
    "TOCSIN_LISTEN": ("server", "listen"),
    "TOCSIN_DESK_URL": ("server", "desk_url"),
    "TOCSIN_DESK_LISTEN": ("server", "desk_listen"),
    "TOCSIN_DATABASE_URL": ("database", "url"),
    "TOCSIN_DATABASE_FRONT": ("database", "front"),
    "TOCSIN_DATABASE_DESK": ("database", "desk"),
    "TOCSIN_DATA": ("storage", "data"),
    "TOCSIN_KEYS": ("storage", "keys"),
    "TOCSIN_KEY_SOCKET": ("keys", "socket"),
}
"""Variables that win over the file, and the setting of each."""


def find(environment: Mapping[str, str]) -> Path | None:
    """Return the configuration file that counts, or None when there is none."""
    named = environment.get("TOCSIN_CONFIG")
    if named:
        return Path(named)
    candidates = (Path(FILE), _default("XDG_CONFIG_HOME", ".config") / FILE)
    return next((path for path in candidates if path.is_file()), None)


def load(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration. Raises ConfigError with the file and the setting that cannot be used."""
    path = find(environment)
    raw: dict[str, Any] = read(path) if path else {}
    overlay(raw, environment)
    try:
        return msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path or 'the environment'}: {error}. See docs/reference/settings.md.") from None


def overlay(raw: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Write what the environment says over what the file says; returns which setting came from which variable. What
    stands where a table belongs is left for the conversion to refuse."""
    said: dict[tuple[str, str], str] = {}
    for variable, (section, key) in ENVIRONMENT.items():
        place = raw.setdefault(section, {}) if environment.get(variable) else None
        if isinstance(place, dict):
            place[key] = environment[variable]
            said[section, key] = variable
    return said


def read(path: Path) -> dict[str, Any]:
    """Read a configuration file as it stands. Raises ConfigError where there is none, or it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}. Run “tocsin init”, or mend TOCSIN_CONFIG."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None


def role(environment: Mapping[str, str] = os.environ) -> Role:
    """Return what this process is, from `TOCSIN_ROLE`; a plain command manages."""
    return Role(environment.get("TOCSIN_ROLE", Role.MANAGE))
