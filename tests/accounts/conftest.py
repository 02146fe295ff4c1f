# SPDX-License-Identifier: Apache-2.0
"""A served installation that asks for second factors, and people on their way into it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.support import ROOT
from tocsin.boot.demo.browser import Browser
from tocsin.boot.demo.page import Page

PATIENCE = 90
PASSWORD = "a sentence nobody else says"


def code(secret: str) -> str:
    """What an authenticator app shows (RFC 6238, its defaults)."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@dataclass
class Served:
    """A running installation."""

    home: Path
    url: str
    browsers: list[Browser] = field(default_factory=list)

    def tocsin(self, *words: str) -> str:
        """Run a command on its console."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(self.home / "tocsin.toml")}
        command = [sys.executable, "-m", "tocsin.boot.main", *words]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def link(self, person: str) -> str:
        """A one-time link for somebody."""
        return self.tocsin("people", "link", person).strip()

    def add(self, name: str) -> str:
        """Invite somebody; returns their link."""
        self.tocsin("people", "add", name, f"{name.lower()}@example.org", "--role", "warehousepg:owner")
        return self.link(f"{name.lower()}@example.org")


@dataclass
class Person:
    """Somebody with a browser of their own."""

    served: Served
    browser: Browser = field(default_factory=Browser)
    secret: str = ""
    codes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let the browser be closed with the installation."""
        self.served.browsers.append(self.browser)

    def get(self, path: str) -> Page:
        """Fetch a page of the desk."""
        return self.browser.get(self.served.url + path)

    def enter(self, link: str) -> Page:
        """Open a link and press its button."""
        path = link.removeprefix(self.served.url)
        return self.browser.send(self.browser.get(link), path, {})

    def set_up(self) -> None:
        """Choose a password, set up an authenticator app, and write the recovery codes down."""
        told = {"password1": PASSWORD, "password2": PASSWORD}
        self.browser.send(self.get("/account/password/set"), "/password/set", told)
        self.set_up_again()

    def set_up_again(self) -> None:
        """Set up an authenticator app where there is a password already."""
        page = self.get("/account/factors/app")
        found = re.search(r'totp-secret">([A-Z2-7]+)<', page.text)
        assert found, page.words
        self.secret = found[1]
        page = self.browser.send(page, "/factors/app", {"code": code(self.secret)})
        self.codes = re.findall(r"<code>(\d{8})</code>", page.text)

    def knock(self, email: str, password: str = PASSWORD) -> Page:
        """Sign in with address and password; what comes next is the answer."""
        page = self.get("/account/sign-in")
        return self.browser.offer(page, "/account/sign-in", {"login": email, "password": password})

    def sees_the_inbox(self) -> bool:
        """Whether the inbox opens."""
        return self.get("/inbox").url.endswith("/inbox")


@contextmanager
def serving(home: Path, settings: str = "", environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Made by `tocsin init`, served by `tocsin serve`, on the loopback name that passkeys may be bound to; with more
    settings, and more in the server's environment."""
    ports = []
    with socket.socket() as one, socket.socket() as two:
        for probe in (one, two):
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    made = Served(home, f"http://localhost:{ports[1]}")
    front = f"http://localhost:{ports[0]}"
    policy = "examples/policies/warehousepg.toml"
    made.tocsin("init", "--dir", str(home), "--url", front, "--desk-url", made.url, "--policy", policy)
    with (home / "tocsin.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    told = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(home / "tocsin.toml")}
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env={**told, **(environment or {})}, cwd=ROOT, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(made.url):
            assert process.poll() is None, (home / "server.log").read_text()
            assert time.monotonic() < deadline, (home / "server.log").read_text()
            time.sleep(0.1)
        yield made
    finally:
        for browser in made.browsers:
            browser.close()
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation as it comes."""
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/account/sign-in").status_code == 200
    except httpx2.TransportError:
        return False
