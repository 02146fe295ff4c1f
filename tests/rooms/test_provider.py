# SPDX-License-Identifier: Apache-2.0
"""The front over real TLS, judged from outside: CSAF's own checker accepts it as a trusted provider, GnuPG verifies
every signature, and a scanner made for osv.dev is content with it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer

from tests.desk import story
from tests.rooms import site, walk
from tocsin.adapters.openpgp import create_key, load_signer
from tocsin.core.feeds.csaf import Edition
from tocsin.services.app import Press, Site
from tocsin.testing.house import house as build

pytestmark = pytest.mark.slow


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, *_words: object) -> None:
        """Not a word."""


class Tls(ThreadedWSGIServer):
    """Serves what is asked for in whole handshakes; one that breaks off ends its own thread and nothing else."""

    daemon_threads = False
    context: ssl.SSLContext

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        with self.context.wrap_socket(request, server_side=True) as secured:
            self.RequestHandlerClass(secured, client_address, self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Not a word."""


@dataclass
class Provider:
    """A served tree: where, and what to trust to reach it."""

    url: str
    authority: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SSL_CERT_FILE": str(self.authority), "REQUESTS_CA_BUNDLE": str(self.authority)}

    def get(self, path: str) -> bytes:
        context = ssl.create_default_context(cafile=str(self.authority))
        with urllib.request.urlopen(f"{self.url}{path}", timeout=20, context=context) as answer:
            return bytes(answer.read())


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """An advisory published the whole way, signed with a real key, served over TLS."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl (Debian: apt-get install openssl)")
    directory = tmp_path_factory.mktemp("provider")
    authority, key = directory / "server.crt", directory / "server.key"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(authority)]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    server = Tls(("127.0.0.1", 0), Quiet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)
    server.context = context
    url = f"https://localhost:{server.server_port}"
    create_key(directory, "Security advisories <https://security.example.org>")
    house = build()
    place = Site(public_url=url, desk_url="https://desk.example.org")
    assert house.desk.press is not None
    house.desk = replace(house.desk, site=place, press=Press(house.desk.press.tree, load_signer(directory)))
    ref = story.report(house)
    story.embargoed(house, ref)
    walk.publish(house, ref)
    walk.work(house)
    site.current.append(replace(house.front, site=place))
    _serve(server)
    yield Provider(url, authority)
    server.shutdown()
    server.server_close()
    site.current.pop()


def _serve(server: WSGIServer) -> None:
    server.set_app(WSGIHandler())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()


def checker(provider: Provider, *words: str) -> tuple[int, dict[str, object]]:
    """Run CSAF's checker as anybody would."""
    command = [str(Path(sys.executable).with_name("prototyyppi")), "distribute", *words, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, env=provider.environment, timeout=120)
    found = json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else {"said": done.stdout + done.stderr}
    return done.returncode, found


def metadata(provider: Provider, edition: Edition) -> str:
    return f"{provider.url}/.well-known/csaf/v{edition}/provider-metadata.json"


def test_the_outside_checker_accepts_the_provider_as_trusted(provider: Provider) -> None:
    where = metadata(provider, Edition.V21)
    assert checker(provider, "provider", where)[0] == 0
    code, found = checker(provider, "trusted", where)
    assert code == 0, found
    code, found = checker(provider, "probe", where)
    assert code == 0, found


def test_the_checker_would_say_so_if_something_were_missing(provider: Provider, tmp_path: Path) -> None:
    document = json.loads(provider.get("/.well-known/csaf/v2.1/provider-metadata.json"))
    document["distributions"][0]["rolie"]["feeds"][0]["url"] = f"{provider.url}/csaf-2.1/none.json"
    (tmp_path / "provider-metadata.json").write_text(json.dumps(document))
    assert checker(provider, "trusted", str(tmp_path / "provider-metadata.json"))[0] != 0
    del document["publisher"]
    (tmp_path / "provider-metadata.json").write_text(json.dumps(document))
    assert checker(provider, "provider", str(tmp_path / "provider-metadata.json"))[0] != 0


@pytest.mark.parametrize("edition", list(Edition))
def test_all_that_the_feed_names_is_there_and_holds(provider: Provider, edition: Edition, tmp_path: Path) -> None:
    """The checker reads ROLIE as XML, where the standard asks for JSON, so it sees no entry: this walks them itself."""
    if not shutil.which("gpg"):
        pytest.skip("needs GnuPG (Debian: apt-get install gnupg)")
    found = json.loads(provider.get(f"/.well-known/csaf/v{edition}/provider-metadata.json"))
    (key,) = found["public_openpgp_keys"]
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--no-autostart", "--status-fd", "1"]
    certificate = tmp_path / "key.asc"
    certificate.write_bytes(provider.get(key["url"].removeprefix(provider.url)))
    shown = subprocess.run([*gpg, "--import", str(certificate)], capture_output=True, timeout=60)
    assert f"IMPORT_OK 1 {key['fingerprint']}".encode() in shown.stdout
    feed = json.loads(provider.get(found["distributions"][0]["rolie"]["feeds"][0]["url"].removeprefix(provider.url)))
    entries = feed["feed"]["entry"]
    assert len(entries) == 1
    for each in entries:
        body = provider.get(each["content"]["src"].removeprefix(provider.url))
        document = json.loads(body)["document"]
        assert document["csaf_version"] == edition.value
        assert document["distribution"]["tlp"]["label"] == edition.label
        links = {link["href"].rpartition(".")[2]: link["href"] for link in each["link"]}
        for name in ("sha256", "sha512"):
            told = provider.get(links[name].removeprefix(provider.url)).split()[0]
            assert told.decode() == hashlib.new(name, body).hexdigest()
        (tmp_path / "document").write_bytes(body)
        (tmp_path / "signature").write_bytes(provider.get(links["asc"].removeprefix(provider.url)))
        verified = subprocess.run(
            [*gpg, "--verify", str(tmp_path / "signature"), str(tmp_path / "document")], capture_output=True, timeout=60
        )
        assert b"GOODSIG" in verified.stdout
        assert key["fingerprint"].encode() in verified.stdout


def test_the_warning_about_canonical_addresses_is_gone(provider: Provider, tmp_path: Path) -> None:
    """CSAF 2.0, test 6.2.11: a reference of category self ends with the document's file name."""
    (path,) = provider.get("/csaf/index.txt").decode().split()
    body = provider.get(f"/csaf/{path}")
    name = path.rpartition("/")[2]
    moved = body.replace(f"/csaf/{path}".encode(), b"/p/x.csaf.json")
    for folder, content, code in (("good", body, 0), ("bad", moved, 1)):
        place = tmp_path / folder
        place.mkdir()
        (place / name).write_bytes(content)
        judge = str(Path(sys.executable).with_name("prototyyppi"))
        command = [judge, "validate", "--spec-version", "v20", "--only-rules", "6.2.11", str(place / name)]
        assert subprocess.run(command, capture_output=True, timeout=120).returncode == code, folder


def test_a_scanner_made_for_osv_dev_is_content(provider: Provider, tmp_path: Path) -> None:
    audit = Path(sys.executable).with_name("pip-audit")
    if not audit.exists():
        pytest.skip("needs pip-audit (pip install pip-audit)")
    (tmp_path / "requirements.txt").write_text("django==4.2 --hash=sha256:" + "0" * 64 + "\n")
    words = [str(audit), "--requirement", str(tmp_path / "requirements.txt"), "--require-hashes", "--disable-pip",
             "--vulnerability-service", "osv", "--osv-url", f"{provider.url}/v1/query", "--format", "json",
             "--progress-spinner", "off"]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, env=provider.environment, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["dependencies"] == [{"name": "django", "version": "4.2", "vulns": []}]
