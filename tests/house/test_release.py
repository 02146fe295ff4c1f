# SPDX-License-Identifier: Apache-2.0
"""What a release consists of: the same bytes wherever it is built, a bill that names everything and no address, a
statement of where it came from; an audit that proves it asked; units that systemd takes; and a first start in
containers."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest
from nacl import pwhash

from tests.support import ROOT
from tocsin.adapters.vault import recovery

pytestmark = pytest.mark.slow


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release, audit = tool("release"), tool("audit")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    place = tmp_path_factory.mktemp("dist")
    release.release("HEAD", place)
    return place


def test_it_is_built_twice_and_is_the_same_or_there_is_no_release(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = dict(reversed(line.split()) for line in (made / "SHA256SUMS").read_text().splitlines())
    assert {path.suffix for path in made.iterdir()} >= {".whl", ".gz", ".json"}
    for path in made.iterdir():
        if path.name != "SHA256SUMS":
            assert sums[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
    turns = iter((b"one", b"other"))
    monkeypatch.setattr(release, "build", lambda *_: {"tocsin.whl": next(turns)})
    with pytest.raises(SystemExit, match="not the same"):
        release.twice("HEAD", "0")


def test_a_version_of_which_no_installation_is_kept_is_not_released(monkeypatch: pytest.MonkeyPatch) -> None:
    def tree(version: str, *kept: str) -> None:
        said = {"show": f'__version__ = "{version}"\n', "ls-tree": "\n".join(kept)}
        monkeypatch.setattr(release, "git", lambda word, *more: said[word].encode())

    tree("0.2.0", "tests/data/upgrades/0.1.0.tar.gz")
    with pytest.raises(SystemExit, match="no installation of"):
        release.kept("HEAD")
    tree("0.2.0.dev0")
    assert release.kept("HEAD") == "0.2.0.dev0"
    tree("0.2.0", "tests/data/upgrades/0.2.0.tar.gz")
    assert release.kept("HEAD") == "0.2.0"


def test_the_bill_names_every_pin_by_its_hashes_and_no_address(made: Path) -> None:
    text = (made / "tocsin.cdx.json").read_text()
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "tocsin")
    named = {(each["name"], each["version"]) for each in bill["components"]}
    assert named >= audit.pins(ROOT / "requirements" / "runtime.txt")
    assert all(each["hashes"] for each in bill["components"])
    assert [url for url in re.findall(r'"(https?://[^"]+)"', text) if "cyclonedx.org" not in url] == []


def test_the_statement_says_which_bytes_came_from_which_commit(made: Path) -> None:
    told = json.loads((made / "tocsin.intoto.json").read_text())
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    for each in told["subject"]:
        assert hashlib.sha256((made / each["name"]).read_bytes()).hexdigest() == each["digest"]["sha256"]
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    (source,) = told["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert len(source["digest"]["gitCommit"]) == len(head) == 40


class Osv(BaseHTTPRequestHandler):
    """A service that knows of some packages, and can be deaf or forgetful."""

    known: ClassVar[set[str]] = {"django"}

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = []
        if asked["package"]["name"] in self.known:
            found = [{"id": "PYSEC-1", "summary": "x", "details": "x", "modified": "2026-01-01T00:00:00Z",
                      "affected": [{"package": {"name": asked["package"]["name"], "ecosystem": "PyPI"},
                                    "versions": [asked["version"]]}]}]  # fmt: skip
        body = json.dumps({"vulns": found} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def osv(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    monkeypatch.setattr(Osv, "known", {"django"})
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "some.txt").write_text(
        "idna==3.10 \\\n    --hash=sha256:00\nsix==1.17.0 ; sys_platform == 'win32' \\\n"
    )
    return tmp_path / "some.txt"


def test_an_audit_asks_about_every_pin_and_proves_it(osv: str, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert audit.pins(lock) == {("idna", "3.10"), ("six", "1.17.0")}
    assert audit.audit(lock, osv) == []
    Osv.known = {"django", "six"}
    assert audit.audit(lock, osv) == ["six==1.17.0: PYSEC-1"]
    asked = audit.ask
    monkeypatch.setattr(audit, "ask", lambda pins, url: [each for each in asked(pins, url) if each["name"] != "idna"])
    Osv.known = {"django"}
    assert audit.audit(lock, osv) == ["idna==3.10 was not audited"]


def test_a_service_that_finds_nothing_proves_nothing(osv: str, lock: Path) -> None:
    Osv.known = set()
    assert "proves nothing" in audit.audit(lock, osv)[0]


def test_a_service_that_is_not_there_is_no_clean_bill(lock: Path) -> None:
    with pytest.raises(RuntimeError, match="could not ask"):
        audit.audit(lock, "http://127.0.0.1:9/v1/query")


SYSTEMD = ROOT / "packaging" / "systemd"
UNITS = sorted((ROOT / "packaging" / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_unit_and_finds_it_shut_in(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    for each in UNITS:
        text = re.sub(r"/opt/tocsin/bin/\w+", "/bin/true", each.read_text())
        (tmp_path / each.name.replace("@.", "@front.")).write_text(text)
    here = str(tmp_path / unit.name.replace("@.", "@front."))
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    limit = re.search(r"^MemoryMax=(\d+)M$", unit.read_text(), re.MULTILINE)
    assert limit is None or int(limit[1]) << 20 > pwhash.argon2id.MEMLIMIT_MODERATE, "what opens a passphrase's ring"
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", here], capture_output=True, text=True, cwd=tmp_path
    )
    found = re.search(r"exposure level.*?: ([0-9.]+)", judged.stdout)
    assert found
    assert float(found[1]) < 3


def readable() -> list[str]:
    """What lets every user in a sandbox run this Python, also where it lies in a home that is its owner's alone."""
    base = Path(sys.base_prefix).resolve()
    shut = [each for each in reversed(base.parents) if not each.stat().st_mode & 0o001]
    if not shut:
        return []
    between = [each for each in reversed(base.parents) if shut[0] in each.parents]
    way = [word for each in between for word in ("--perms", "0755", "--dir", str(each))]
    return ["--perms", "0755", "--tmpfs", str(shut[0]), *way, "--ro-bind", str(base), str(base)]


@pytest.fixture
def admin(tmp_path: Path) -> Callable[..., str]:
    """The administrator's script on a system with nothing on it but us, and the key holder's and the server's users."""
    if os.geteuid() or not shutil.which("bwrap"):
        pytest.skip("needs bubblewrap and to be root, as the administrator is")
    data, keys, here, ids, run = (tmp_path / name for name in ("data", "keys", "here", "ids", "run"))
    for each in (data, keys, here, ids, run):
        each.mkdir()
    os.chown(run, 702, 700)
    keys.chmod(0o700)
    shutil.copy(ROOT / "examples" / "policies" / "community.toml", here / "policy.toml")
    (ids / "passwd").write_text(
        "root:x:0:0::/root:/bin/sh\ntocsin:x:701:700::/:/bin/sh\ntocsin-keys:x:702:700::/:/bin/sh\n"
    )
    (ids / "group").write_text("root:x:0:\ntocsin:x:700:\n")
    command = f'exec "{sys.executable}" -m tocsin.boot.main "$@"\n'
    (ids / "tocsin").write_text(f'#!/bin/sh\necho "$1 by $(id -u)" >> /etc/ids/did\n{command}')
    (ids / "tocsin").chmod(0o755)
    (ids / "did").touch()
    (ids / "did").chmod(0o666)
    inside = [
        "bwrap",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--tmpfs",
        "/etc",
        "--tmpfs",
        "/var/lib",
        "--tmpfs",
        "/run",
    ]
    inside += readable()
    for outer, inner in (
        (data, "/var/lib/tocsin"), (keys, "/var/lib/tocsin-keys"), (here, "/etc/tocsin"),
        (ids / "passwd", "/etc/passwd"), (ids / "group", "/etc/group"), (run, "/run/tocsin"), (ids, "/etc/ids"),
    ):  # fmt: skip
        inside += ["--bind", str(outer), inner]
    inside += ["--setenv", "PATH", f"/etc/ids:{os.environ['PATH']}", "--setenv", "PYTHONPATH", str(ROOT / "src")]
    inside += ["--setenv", "TOCSIN_CONFIG", "/etc/tocsin/tocsin.toml", "--setenv", "LISTEN", "0.0.0.0"]  # noqa: S104 - a container

    def do(*words: str) -> str:
        script = str(ROOT / "packaging" / "admin.sh")
        done = subprocess.run([*inside, "sh", script, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    url = ["--url", "https://security.example.org", "--desk-url", "https://desk.example.org"]
    do("init", *url, "--policy", "/etc/tocsin/policy.toml", "--admin", "Dana <dana@example.org>")
    do("recovery", "make", "--out", "/etc/tocsin/shares")
    do.inside = inside  # type: ignore[attr-defined]
    return do


SHARES = tuple(f"--share=/etc/tocsin/shares/share-{number}.txt" for number in (1, 3))


def owners(place: Path) -> set[int]:
    return {path.stat().st_uid for path in place.rglob("*")}


def test_the_administrators_script_makes_an_installation_and_gives_each_user_what_is_theirs(
    admin: Callable[..., str], tmp_path: Path
) -> None:
    data, keys, here = (tmp_path / name for name in ("data", "keys", "here"))
    assert "these two shares bring every key" in admin("recovery", "verify", *SHARES)
    assert (owners(data), owners(keys)) == ({701}, {702})
    assert (here / "desk.secret").stat().st_mode & 0o777 == 0o600
    assert "0.0.0.0:8080" in (here / "tocsin.toml").read_text()
    texts = [(here / "shares" / f"share-{number}.txt").read_text() for number in (1, 3)]
    kit = recovery.load(data)
    assert kit
    _, rest, _ = recovery.recover(kit, [recovery.parse(each) for each in texts])
    assert rest.files["desk.secret"] == (here / "desk.secret").read_bytes(), "without it second factors would be lost"


def test_while_the_key_holder_runs_commands_are_the_servers_own_and_the_keys_stay_where_they_are(
    admin: Callable[..., str], tmp_path: Path
) -> None:
    data, keys, here, run = (tmp_path / name for name in ("data", "keys", "here", "run"))
    unlock, socket = here / "tocsin.unlock", run / "holder.socket"
    (keys / "desk.secret").unlink()  # as it was in containers once
    unlock.write_bytes(os.urandom(32))
    unlock.chmod(0o600)
    assert "sealed with a credential" in admin("keys", "seal", "--with", "credential")
    (ring,) = keys.glob("*.kek")
    assert json.loads(ring.read_text())["memory"] < 1 << 20, "a key holder with little memory starts with it"
    os.chown(unlock, 702, 700)  # systemd hands it over so
    holder = (
        "setpriv",
        "--reuid",
        "tocsin-keys",
        "--regid",
        "tocsin",
        "--clear-groups",
        sys.executable,
        "-m",
        "tocsin.boot.holder",
    )
    handed = ("--setenv", "CREDENTIALS_DIRECTORY", "/etc/tocsin")
    with subprocess.Popen([*admin.inside, *handed, *holder]) as process:  # type: ignore[attr-defined]
        try:
            while not socket.is_socket():
                assert process.poll() is None
                time.sleep(0.05)
            assert "Dana" in admin("people", "list")
            assert "restore drill: good" in admin("backup")
            assert "rotated" in admin("keys", "rotate")
            did = (tmp_path / "ids" / "did").read_text().splitlines()
            assert {"people by 701", "backup by 701", "keys by 0"} <= set(did)
            assert not {"people by 0", "backup by 0"} & set(did)
        finally:
            process.terminate()
    assert (owners(data), owners(keys)) == ({701}, {702})
    assert list((data / "backups").iterdir())
    assert (keys / "desk.secret").read_bytes() == (here / "desk.secret").read_bytes()
