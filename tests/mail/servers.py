# SPDX-License-Identifier: Apache-2.0
"""Real mail servers on the loopback, each in a directory of its own and ended by its own command: Postfix, Dovecot."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 20.0


def needs(*programs: str) -> None:
    """Skip, saying so, where a program is not installed, or where one cannot be root, as these servers want to be."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    missing = [each for each in programs if shutil.which(each, path=path) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; ./check installs it")
    if os.geteuid() != 0:
        pytest.skip("Postfix and Dovecot are started by root only")


def free_port() -> int:
    """A port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def own_directory() -> Iterator[Path]:
    """A directory for servers, directly in /tmp: Postfix's user cannot pass through pytest's own, and in those of xdist
    the paths of Dovecot's sockets are too long."""
    with tempfile.TemporaryDirectory(prefix="mx-", dir="/tmp", ignore_cleanup_errors=True) as base:
        Path(base).chmod(0o755)
        yield Path(base)


def logged(home: Path) -> str:
    """What a server wrote into its log."""
    log = home / "log"
    return log.read_text(errors="replace") if log.exists() else "(no log)"


def until_it_listens(port: int, home: Path | None = None) -> None:
    """Wait until something listens at a port; if nothing does, say what the server at `home` logged."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens at {port}\n{logged(home) if home else ''}")


@contextmanager
def postfix(home: Path, domain: str, lmtp: int, also: Mapping[str, int] | None = None) -> Iterator[int]:
    """A Postfix that hands mail for `domain` to LMTP at a port, and for others (`also`) at theirs; yields the port at
    which it takes mail. Its log is `home/log`."""
    others = "".join(f" {{{other} = lmtp:inet:127.0.0.1:{at}}}" for other, at in (also or {}).items())
    elsewhere = f"inline:{{{others} }}" if also else ""
    port, conf, spool, data = free_port(), home / "conf", home / "spool", home / "data"
    for each in (conf, spool, data):
        each.mkdir(parents=True)
    home.chmod(0o755)
    shutil.chown(data, "postfix")
    (conf / "main.cf").write_text(
        f"""compatibility_level = 3.6
queue_directory = {spool}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
virtual_mailbox_domains = {" ".join([domain, *(also or {})])}
transport_maps = {elsewhere}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
recipient_delimiter = +
smtpd_recipient_restrictions = permit_mynetworks, reject
maillog_file = {home}/log
maillog_file_prefixes = {home}
smtputf8_enable = no
lmtp_destination_concurrency_limit = 4
alias_maps =
"""
    )
    services = (
        f"127.0.0.1:{port} inet n - n - - smtpd", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
        "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify", "flush unix n - n 1000? 0 flush",
        "proxymap unix - - n - - proxymap", "lmtp unix - - n - - lmtp", "smtp unix - - n - - smtp",
        "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache", "error unix - - n - - error",
        "retry unix - - n - - error", "postlog unix-dgram n - n - 1 postlogd", "pickup unix n - n 60 1 pickup",
    )  # fmt: skip
    (conf / "master.cf").write_text("".join(f"{each}\n" for each in services))
    command = ["/usr/sbin/postfix", "-c", str(conf)]
    environment = {**os.environ, "PATH": f"/usr/sbin:/sbin:{os.environ.get('PATH', '')}"}
    started = subprocess.run([*command, "start"], check=False, capture_output=True, text=True, env=environment)
    assert started.returncode == 0, f"{started.stdout}{started.stderr}{logged(home)}"
    try:
        until_it_listens(port, home)
        yield port
    finally:
        subprocess.run([*command, "abort"], check=False, capture_output=True, env=environment)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:  # it is told to end, and ends a little later
            if subprocess.run([*command, "status"], check=False, capture_output=True, env=environment).returncode:
                break
            time.sleep(0.05)


def flush(home: Path) -> None:
    """Have a Postfix try again what waits."""
    conf = str(home / "conf")
    subprocess.run(["/usr/sbin/postqueue", "-c", conf, "-f"], check=True, capture_output=True)


def queued(home: Path) -> list[Path]:
    """What a Postfix still holds."""
    return [
        path
        for name in ("incoming", "active", "deferred")
        for path in (home / "spool" / name).rglob("*")
        if path.is_file()
    ]


@contextmanager
def dovecot(home: Path, user: str, password: str, lmtp: int = 0) -> Iterator[tuple[int, Path]]:
    """A Dovecot with one mailbox; yields the port of its IMAP and the mailbox's Maildir. At `lmtp` it takes mail."""
    protocols = "imap lmtp" if lmtp else "imap"
    listener = f"inet_listener lmtp {{\n    address = 127.0.0.1\n    port = {lmtp}\n  }}"
    taking = f"service lmtp {{\n  {listener}\n}}\n" if lmtp else ""
    port = free_port()
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    box = home / "Maildir"
    for each in ("cur", "new", "tmp"):
        (box / each).mkdir(parents=True)
    for each in (box, *box.iterdir()):
        shutil.chown(each, "mail", "mail")
    (home / "users").write_text(f"{user}:{{PLAIN}}{password}::::::\n")
    (home / "users").chmod(0o644)
    conf = home / "dovecot.conf"
    conf.write_text(
        f"""protocols = {protocols}
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{box}
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={home}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
  chroot =
}}
service anvil {{
  chroot =
}}
{taking}"""
    )
    server = subprocess.Popen(
        ["/usr/sbin/dovecot", "-c", str(conf), "-F"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until_it_listens(port, home)
        yield port, box
    finally:
        server.terminate()
        server.wait(PATIENCE)
