# SPDX-License-Identifier: Apache-2.0
"""A private repository is fetched with a credential that lies nowhere in clear: real https, a real agent."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.git.conftest import Hands, Place
from tests.services.acts import PROJECT
from tocsin.adapters.git.letting_in import let_in
from tocsin.adapters.git.mirror import GitMirrors
from tocsin.core.vocabulary import Refused, Role
from tocsin.delivery.cli import cli
from tocsin.services import branches, credentials
from tocsin.services.ports.git import Credential, GitFailed, Source

SECRET = "ghp_R3adOnlyTokenOfThisTest"


@dataclass
class Host:
    """A forge that serves one private repository to whoever shows the token, over TLS with an authority of its own."""

    url: str
    authority: str
    asked: list[str] = field(default_factory=list)


def _handler(directory: Path, host: Host) -> type[BaseHTTPRequestHandler]:
    wanted = f"Basic {b64encode(f'x-access-token:{SECRET}'.encode()).decode()}"

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            shown = self.headers.get("Authorization", "")
            host.asked.append(shown)
            if shown != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="forge"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            environment = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(directory), "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "u",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            }  # fmt: skip
            told = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=True)
            head, _, rest = told.stdout.partition(b"\r\n\r\n")
            fields = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest)

        do_GET = do_POST = answer  # noqa: N815 - names that the server asks for

        def log_message(self, *words: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def host(place: Place, tmp_path: Path, socket_enabled: None) -> Iterator[Host]:
    """The forge, on loopback."""
    key, certificate = tmp_path / "tls.key", tmp_path / "tls.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    made = Host(url="", authority=str(certificate))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(place.made.path.parent, made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made.url = f"https://localhost:{server.server_port}/{place.made.path.name}/.git"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def test_a_private_repository_is_fetched_by_the_worker_and_the_token_lies_nowhere_in_clear(
    place: Place, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(url=host.url, lines="*", authority=host.authority)
    directory = tmp_path / "private"
    desk = place.home.desk
    mirrors = GitMirrors(directory, {PROJECT: source}, lambda: place.seconds[0])
    place.home.desk = desk = desk.__class__(**{**vars(desk), "mirrors": mirrors})
    branches.watch(desk)
    assert mirrors.open(PROJECT) is None or not mirrors.open(PROJECT).refs()
    assert mirrors.trouble(PROJECT)
    assert SECRET not in mirrors.trouble(PROJECT)

    told = CliRunner().invoke(
        cli, ["credential", "set", PROJECT, "repository"], input=SECRET + "\n", obj=Hands(place.home),
        env={"TOCSIN_AS": "dana@example.org"},
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert SECRET not in told.output
    place.later()
    branches.watch(desk)
    opened = mirrors.open(PROJECT)
    assert opened
    assert opened.resolve("main")
    assert mirrors.trouble(PROJECT) == ""
    for path in (each for each in directory.rglob("*") if each.is_file()):
        assert SECRET.encode() not in path.read_bytes(), path
    assert "repository" in place.tell.ok("credential", "list", PROJECT)
    assert SECRET not in place.tell.ok("credential", "list", PROJECT)
    assert place.tell.ok("credential", "forget", PROJECT, "repository") == "forgotten\n"


def test_only_an_owner_sets_lists_and_forgets_and_the_store_holds_no_clear_word(place: Place) -> None:
    desk = place.home.desk
    others = {PROJECT: frozenset(Role) - {Role.OWNER, Role.ADMINISTRATOR}}
    member = desk.people.add("Mo", "mo@example.org", others).id
    for actor in (desk.people.actor("nobody", PROJECT), desk.people.actor(member, PROJECT)):
        for refused in (
            credentials.put(desk, PROJECT, "repository", Credential(secret="x"), actor),
            credentials.forget(desk, PROJECT, "repository", actor),
            credentials.held(desk, PROJECT, actor),
        ):
            assert isinstance(refused, Refused)
            assert refused.code == "not-found"
    dana = desk.people.actor(place.home.dana, PROJECT)
    for use, credential, code in (
        ("kitchen", Credential(secret="x"), "credential-use"),
        ("repository", Credential(secret=" "), "credential"),
        ("repository", Credential(secret="x", user="a:b"), "credential"),
    ):
        refused = credentials.put(desk, PROJECT, use, credential, dana)
        assert isinstance(refused, Refused)
        assert refused.code == code
    kept = credentials.put(desk, PROJECT, "repository", Credential(secret=SECRET), dana)
    assert not isinstance(kept, Refused)
    assert SECRET.encode() not in kept.record.body
    assert SECRET not in repr(kept)


def test_a_token_is_shown_to_its_own_host_only_and_a_local_path_gets_none(tmp_path: Path) -> None:
    with let_in(Source(url="https://forge.example:8443/a/b.git"), Credential(secret=SECRET)) as told:
        assert told["GIT_CONFIG_KEY_0"] == "http.https://forge.example:8443/.extraHeader"
        assert SECRET not in "".join(told.values())
    with let_in(Source(url=str(tmp_path)), Credential(secret=SECRET)) as told:
        assert told == {}


def test_a_private_key_is_held_by_an_agent_that_ends_with_the_fetch(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    source = Source(url="ssh://git@forge.example/a.git", known_hosts="/etc/tocsin/known_hosts")
    listing = ["ssh-add", "-l"]
    with let_in(source, Credential(secret=key.read_text())) as told:
        assert "StrictHostKeyChecking=yes" in told["GIT_SSH_COMMAND"], "an unknown host is refused, not trusted"
        assert told["GIT_SSH_COMMAND"].endswith("-o UserKnownHostsFile=/etc/tocsin/known_hosts")
        shown = subprocess.run(listing, env={**os.environ, **told}, capture_output=True, text=True, check=True)
        assert "ED25519" in shown.stdout
        assert [path.name for path in Path(told["SSH_AUTH_SOCK"]).parent.iterdir()] == ["agent"]
    assert subprocess.run(listing, env={**os.environ, **told}, capture_output=True, check=False).returncode == 2
    with pytest.raises(GitFailed, match="no private key"), let_in(source, Credential(secret="not a key")):
        pass
    with pytest.raises(GitFailed, match="no path for ssh"), let_in(Source(url="ssh://h/a", known_hosts="/a b;c"), None):
        pass
