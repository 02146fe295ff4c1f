# SPDX-License-Identifier: Apache-2.0
"""Shows a credential to the host of a repository, and leaves it nowhere: not in a file, not in an argument, not in an
address, not in git's configuration.

A token travels as a header for that one host, in the environment of git alone, and git follows no redirection. A
private key is held by an agent (`ssh-agent`) that ends with the fetch; it never lies on the disk.

Source: git-config(1), `http.<url>.extraHeader` and `GIT_CONFIG_COUNT`; RFC 7617; ssh-agent(1).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tocsin.services.ports.git import Credential, GitFailed, Source

_PATIENCE: Final = 20
_LIFE: Final = 3600
"""Seconds after which an agent forgets the key by itself: a process that was killed ends none."""
_PID: Final = re.compile(rb"SSH_AGENT_PID=(\d+)")
_SSH: Final = "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes"


@contextmanager
def let_in(source: Source, credential: Credential | None) -> Iterator[Mapping[str, str]]:
    """The environment in which git fetches from `source`; raises GitFailed for a credential that cannot be shown."""
    told = _trust(source)
    if credential is None or source.url.startswith("/"):
        yield told
    elif source.url.startswith("https://"):
        yield {**told, **_header(source.url, credential)}
    else:
        with _agent(credential) as place:
            yield {**told, "SSH_AUTH_SOCK": place}


def _trust(source: Source) -> dict[str, str]:
    told = {"GIT_SSL_CAINFO": source.authority} if source.authority else {}
    if source.known_hosts:
        told["GIT_SSH_COMMAND"] = f"{_SSH} -o UserKnownHostsFile={_quoted(source.known_hosts)}"
    return told


def _quoted(path: str) -> str:
    if not re.fullmatch(r"[\w./+-]+", path, re.ASCII):
        raise GitFailed(f"{path!r} is no path for ssh: letters, digits and ./+-_ only")
    return path


def _header(url: str, credential: Credential) -> dict[str, str]:
    parts = urlsplit(url)
    shown = b64encode(f"{credential.user or 'x-access-token'}:{credential.secret.strip()}".encode()).decode("ascii")
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.https://{parts.netloc.rpartition('@')[2]}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {shown}",
    }


@contextmanager
def _agent(credential: Credential) -> Iterator[str]:
    """An agent that holds one key for as long as the block lasts; gives the place of its socket."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.devnull, "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory(prefix="tocsin-ssh-") as directory:
        place = str(Path(directory) / "agent")
        try:
            started = subprocess.run(
                ["ssh-agent", "-s", "-t", str(_LIFE), "-a", place],
                env=environment,
                capture_output=True,
                timeout=_PATIENCE,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            raise GitFailed("ssh-agent could not be started; it comes with OpenSSH's client") from None
        found = _PID.search(started.stdout)
        try:
            added = subprocess.run(
                ["ssh-add", "-q", "-"], env={**environment, "SSH_AUTH_SOCK": place},
                input=credential.secret.strip().encode() + b"\n", capture_output=True, timeout=_PATIENCE, check=False,
            )  # fmt: skip
            if added.returncode:
                raise GitFailed("the credential is no private key without a passphrase, so ssh cannot use it")
            yield place
        finally:
            if found:
                with suppress(ProcessLookupError):
                    os.kill(int(found[1]), signal.SIGTERM)
