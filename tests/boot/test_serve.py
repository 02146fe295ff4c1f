# SPDX-License-Identifier: Apache-2.0
"""One command from nothing to a running server: `init`, `serve`, two listeners, and a clean end."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.support import ROOT
from tocsin.boot.config import Role
from tocsin.boot.serve import THREADS

PATIENCE = 180


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tocsin(*words: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **({"TOCSIN_CONFIG": str(config)} if config else {})}
    command = [sys.executable, "-m", "tocsin.boot.main", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)


def until(condition, what: str):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            seen = condition()
        except httpx2.TransportError:
            seen = None
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"{what} within {PATIENCE} s")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A served installation: its configuration file, process and two addresses."""
    home = tmp_path_factory.mktemp("served")
    public, desk = (f"http://127.0.0.1:{free()}" for _ in range(2))
    made = tocsin(
        "init", "--dir", str(home), "--url", public, "--desk-url", desk, "--admin", "Dana <dana@example.org>",
        "--policy", "examples/policies/community.toml", "--policy", "examples/policies/warehousepg.toml",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    config = home / "tocsin.toml"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(config)}
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        until(lambda: httpx2.get(f"{public}/healthz").status_code == 200, "the front answers")
        until(lambda: httpx2.get(f"{desk}/sign-in").status_code == 302, "the desk answers")
        yield config, process, public, desk
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def children(pid: int) -> dict[int, str]:
    """The processes that a process started, with their roles."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid:
            roles = [each.decode().partition("=")[2] for each in environment if each.startswith(b"TOCSIN_ROLE=")]
            found[int(entry.name)] = roles[0] if roles else ""
    return found


def descendants(pid: int) -> set[int]:
    """The processes below a process, those of its children among them."""
    below = set(children(pid))
    return below.union(*map(descendants, below)) if below else below


def alive(pid: int) -> bool:
    """Whether a process still runs; one that ended and that nobody took notice of does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_both_listeners_answer_with_every_security_header(running):
    _, _, public, desk = running
    for url in (f"{public}/p/warehousepg/report", f"{desk}/sign-in", f"{public}/nothing-here", f"{desk}/nothing-here"):
        headers = httpx2.get(url).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), url
        assert headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in headers
        assert "set-cookie" not in headers or url.startswith(desk)


@pytest.mark.slow
def test_the_front_knows_no_desk_and_the_desk_no_report_form(running):
    _, _, public, desk = running
    assert httpx2.get(f"{public}/inbox").status_code == 404
    assert httpx2.get(f"{desk}/p/warehousepg/report").status_code in (302, 404)


@pytest.mark.slow
def test_nobody_unknown_sees_the_inbox(running):
    _, _, _, desk = running
    answer = httpx2.get(f"{desk}/inbox", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].endswith("/sign-in")


@pytest.mark.slow
def test_keys_lie_outside_the_data_and_nobody_else_reads_them(running):
    config, _, _, _ = running
    keys = list((config.parent / "keys").iterdir())
    assert {path.suffix for path in keys} >= {".kek"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*keys, config.parent / "keys"])
    assert list((config.parent / "data").rglob("*.kek")) == []


@pytest.mark.slow
def test_a_listener_that_dies_is_started_again(running):
    _, process, public, _ = running
    time.sleep(6)  # sooner than this an end counts as a failure to start
    front = next(pid for pid, role in children(process.pid).items() if role == "front")
    below = descendants(front)
    assert below, "its worker"
    os.kill(front, signal.SIGKILL)
    until(lambda: not any(map(alive, below)), "its worker ends with it")
    until(lambda: any(r == "front" and p != front for p, r in children(process.pid).items()), "a new front")
    until(lambda: httpx2.get(f"{public}/healthz").status_code == 200, "the new front answers")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
def test_a_server_that_is_killed_takes_every_process_with_it_and_the_next_one_starts(tmp_path):
    public, desk = (f"http://127.0.0.1:{free()}" for _ in range(2))
    policy = ("--policy", "examples/policies/community.toml")
    made = tocsin("init", "--dir", str(tmp_path), "--url", public, "--desk-url", desk, *policy)
    assert made.returncode == 0, made.stderr
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(tmp_path / "tocsin.toml")}
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]

    for _ in range(2):
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            until(lambda: httpx2.get(f"{public}/healthz").status_code == 200, "the front answers")
            until(lambda: httpx2.get(f"{desk}/sign-in").status_code == 302, "the desk answers")
            below = descendants(process.pid)
            assert len(below) >= 5, "the control: key holder, two listeners and a worker of each"
        finally:
            process.kill()
            process.wait()
        until(lambda those=below: not any(map(alive, those)), "all of them end")


@pytest.mark.slow
@pytest.mark.parametrize(("listener", "address"), [("front", "/p/warehousepg/report"), ("desk", "/account/sign-in")])
def test_a_crowd_that_sends_nothing_of_what_it_announced_keeps_no_page_from_being_answered(running, listener, address):
    """More of them than there are threads; without `boot.crowd` each holds one, and nobody is answered."""
    url = running[2] if listener == "front" else running[3]
    place = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
    began = f"POST {address} HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\nContent-Length: 100000\r\n"
    began += f"Content-Type: application/x-www-form-urlencoded\r\nCookie: tocsin-csrf={'a' * 32}\r\n\r\na="
    crowd = [socket.create_connection(place) for _ in range(THREADS[Role(listener)] + 40)]
    try:
        for each in crowd:
            each.sendall(began.encode())
        page = httpx2.get(f"{url}/account/sign-in" if listener == "desk" else f"{url}/healthz", timeout=PATIENCE)
        assert page.status_code == 200
        until(lambda: select.select(crowd, [], [], 0)[0], "those who are too many are told so")
        (told, *_) = select.select(crowd, [], [], 0)[0]
        assert told.recv(100).startswith(b"HTTP/1.1 503")
    finally:
        for each in crowd:
            each.close()
    until(lambda: httpx2.post(url + address, data={"a": "b"}).status_code in (200, 403, 422), "their places are free")


@pytest.mark.slow
def test_init_never_overwrites_an_installation(running):
    config, _, _, _ = running
    again = tocsin("init", "--dir", str(config.parent))
    assert again.returncode == 1
    assert "exists already" in again.stderr


@pytest.mark.slow
def test_a_broken_installation_says_what_to_do(tmp_path):
    made = tocsin("init", "--dir", str(tmp_path), "--policy", "examples/policies/community.toml")
    assert made.returncode == 0
    (key,) = (tmp_path / "keys").glob("*.kek")
    key.chmod(0o644)
    refused = tocsin("verify", config=tmp_path / "tocsin.toml")
    assert refused.returncode == 1
    assert f"chmod 600 {key}" in refused.stderr


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--policy", "broken.toml", "broken.toml:"),
        ("--admin", "Dana", "--admin is written like"),
        ("--desk-url", "http://127.0.0.1:8080", "an address of its own"),
    ],
)
def test_an_init_that_is_refused_leaves_nothing_behind(tmp_path, option, value, told):
    (tmp_path / "broken.toml").write_text("[project]\nid = 7\n")
    given = str(tmp_path / value) if option == "--policy" else value
    refused = tocsin("init", "--dir", str(tmp_path / "new"), option, given)
    assert (refused.returncode, told in refused.stderr) == (1, True), refused.stderr
    assert not (tmp_path / "new").exists()


@pytest.fixture
def behind_a_proxy(tmp_path):
    """An installation made by the README's own words, served; yields its sign-in link's path and both addresses."""
    made = tocsin(
        "init", "--dir", str(tmp_path), "--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys"),
        "--url", "https://security.example.org", "--desk-url", "https://desk.example.org",
        "--policy", "examples/policies/community.toml", "--admin", "Dana <dana@example.org>",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    refused = tocsin("serve", config=tmp_path / "tocsin.toml")
    assert (refused.returncode, "tocsin recovery make" in refused.stderr) == (1, True), (
        "in production a kit comes first"
    )
    shares = [tmp_path / "shares" / f"share-{number}.txt" for number in (1, 2)]
    for words in (("make", "--out", shares[0].parent), ("verify", "--share", shares[0], "--share", shares[1])):
        assert tocsin("recovery", *map(str, words), config=tmp_path / "tocsin.toml").returncode == 0
    listens = re.findall(r'listen = "(\S+)"', (tmp_path / "tocsin.toml").read_text())
    assert listens == ["127.0.0.1:8080", "127.0.0.1:8081"]
    link = re.search(r"https://desk\.example\.org(/sign-in/\S+)", made.stdout)
    assert link
    front, desk = (f"127.0.0.1:{free()}" for _ in range(2))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(tmp_path / "tocsin.toml"),
                   "TOCSIN_LISTEN": front, "TOCSIN_DESK_LISTEN": desk}  # fmt: skip
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for place, host, path in ((front, "security", "/healthz"), (desk, "desk", "/sign-in")):
            named = {"Host": f"{host}.example.org"}
            until(lambda p=place, n=named, u=path: httpx2.get(f"http://{p}{u}", headers=n).status_code < 400, host)
        yield link[1], f"http://{front}", f"http://{desk}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.slow
def test_behind_a_proxy_that_speaks_tls_both_listeners_take_their_own_forms_and_no_others(behind_a_proxy):
    link, front, desk = behind_a_proxy
    named = {"Host": "desk.example.org"}
    page = httpx2.get(f"{desk}{link}", headers=named)
    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-tocsin-csrf=")
    assert "Secure" in cookie
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    given = {**named, "Cookie": cookie.partition(";")[0]}

    def press(origin):
        return httpx2.post(f"{desk}{link}", headers={**given, "Origin": origin}, data={"csrfmiddlewaretoken": token[1]})

    refused = press("https://elsewhere.example")
    assert (refused.status_code, "This form is no longer valid" in refused.text) == (403, True)
    signed_in = press("https://desk.example.org")
    assert (signed_in.status_code, signed_in.headers["location"]) == (302, "/account/factors")
    assert all("Secure" in each and each.startswith("__Host-") for each in signed_in.headers.get_list("set-cookie"))
    said = {"Host": "security.example.org", "Origin": "https://security.example.org"}
    assert httpx2.post(f"{front}/p/example/return", headers=said, data={"phrase": "x"}).status_code == 422
    assert httpx2.get(f"{front}/healthz", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.slow
def test_a_form_in_another_encoding_is_not_read_by_either_listener(running):
    _, _, public, desk = running
    odd = {"Content-Type": "multipart/form-data; boundary=b; charset=hex"}
    for url in (f"{public}/p/warehousepg/report", f"{desk}/sign-out", f"{desk}/sign-in/x"):
        body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'
        assert httpx2.post(url, headers=odd, content=body).status_code == 400, url
        assert httpx2.get(f"{url}?a=%ff", headers=odd).status_code == 400, url
