# SPDX-License-Identifier: Apache-2.0
"""What goes out over HTTP: no secret in a body, no request to this machine or its neighbours, no redirect followed."""

from __future__ import annotations

import httpx2
import pytest

from tocsin.adapters.web.guarded import LARGEST, GuardedHttp, public
from tocsin.services.ports.http import Held

SEEN: list[httpx2.Request] = []


def client(addresses: tuple[str, ...] = ("93.184.216.34",), answer: httpx2.Response | None = None, **more):
    SEEN.clear()

    def take(request: httpx2.Request) -> httpx2.Response:
        SEEN.append(request)
        return answer or httpx2.Response(200, json={"fine": True})

    return GuardedHttp(lookup=lambda host, port: addresses, transport=httpx2.MockTransport(take), **more)


def test_the_address_that_was_looked_up_is_the_one_that_is_asked_and_the_name_is_kept() -> None:
    assert client()("GET", "https://hooks.example.org/a?b=c").json() == {"fine": True}
    (request,) = SEEN
    assert str(request.url) == "https://93.184.216.34/a?b=c"
    assert request.headers["host"] == "hooks.example.org"
    assert request.extensions["sni_hostname"] == "hooks.example.org"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1",
     "100.64.0.1", "224.0.0.1", "2002:7f00:1::"],
)  # fmt: skip
def test_nothing_goes_to_this_machine_or_its_neighbours(address: str) -> None:
    assert not public(address)
    with pytest.raises(Held, match="public internet"):
        client(("93.184.216.34", address))("GET", "https://hooks.example.org/")
    assert not SEEN


@pytest.mark.parametrize(
    "url", ["http://hooks.example.org/", "ftp://x.example/", "https://a:b@x.example/", "https:///"]
)
def test_only_https_without_credentials_in_the_address(url: str) -> None:
    with pytest.raises(Held):
        client()("GET", url)
    assert not SEEN


def test_a_host_that_the_settings_name_may_be_inside() -> None:
    assert client(("127.0.0.1",), trusted=frozenset({"127.0.0.1:8090"}))("GET", "http://127.0.0.1:8090/x").ok
    with pytest.raises(Held):
        client(("127.0.0.1",), trusted=frozenset({"127.0.0.1:8090"}))("GET", "http://127.0.0.1:8091/x")


def test_a_secret_in_a_body_stays() -> None:
    token = "ghp_" + "a" * 36
    with pytest.raises(Held, match="token of GitHub"):
        client()("POST", "https://hooks.example.org/", body=f'{{"text": "{token}"}}'.encode())
    with pytest.raises(Held, match="canary"):
        client(canaries=("Quetzal",))("POST", "https://hooks.example.org/", body=b"about quetzal")
    assert not SEEN
    assert client()("POST", "https://hooks.example.org/", headers={"Authorization": f"Bearer {token}"}, body=b"{}").ok


def test_a_redirect_is_an_answer_and_not_an_order() -> None:
    answer = client(answer=httpx2.Response(302, headers={"Location": "https://127.0.0.1/"}))(
        "GET", "https://x.example/"
    )
    assert answer.status == 302
    assert len(SEEN) == 1


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match=r"https://x\.example does not answer"):
        client(answer=httpx2.Response(200, content=b"x" * (LARGEST + 1)))("GET", "https://x.example/?token=abc")


def test_what_fails_is_said_without_the_query() -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectTimeout("too long", request=request)

    guarded = GuardedHttp(lookup=lambda *_: ("93.184.216.34",), transport=httpx2.MockTransport(fail))
    with pytest.raises(OSError, match=r"^https://x\.example does not answer: ConnectTimeout$"):
        guarded("GET", "https://x.example/?token=abc")
