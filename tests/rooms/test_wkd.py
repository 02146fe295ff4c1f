# SPDX-License-Identifier: Apache-2.0
"""Key directories: ours is found by others where the draft says, and others' keys are found and stay proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.post.conftest import FINDER, PROJECT, Mailed, mailed_in, person, public
from tests.rooms import site
from tocsin.core.mail_out import wkd
from tocsin.core.mail_out.keys import Source
from tocsin.core.vocabulary import Refused
from tocsin.services.ports.http import Answer
from tocsin.services.post import keyring, own_key

BOX = "security@warehousepg.org"


@pytest.fixture
def mailed(tmp_path: Path) -> Mailed:
    return mailed_in(tmp_path)


def asked(mailed: Mailed, answers: Mapping[str, Answer | OSError]) -> list[str]:
    """Let the installation ask these addresses; returns the list of what it asks."""
    seen: list[str] = []

    def http(method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        seen.append(url)
        found = answers.get(url, Answer(status=404))
        if isinstance(found, OSError):
            raise found
        return found

    desk = mailed.home.desk
    mailed.home.desk = replace(desk, post=replace(desk.post, http=http))
    return seen


@pytest.mark.parametrize("first", [Answer(status=404), OSError("nobody answers")], ids=["not there", "away"])
def test_a_key_is_looked_up_both_ways_and_stays_a_proposal(mailed: Mailed, first: Answer | OSError) -> None:
    ref, key = mailed.report(), person(FINDER)
    advanced, direct = wkd.places(FINDER)
    seen = asked(mailed, {advanced: first, direct: Answer(status=200, body=public(key))})
    found = keyring.look_up(mailed.home.desk, FINDER)
    assert found == public(key)
    assert seen == [advanced, direct]
    assert urlsplit(advanced).hostname == "openpgpkey.example.net"
    taken = keyring.offer(mailed.home.desk, PROJECT, ref, "", found, Source.WKD, FINDER)
    assert not isinstance(taken, Refused)
    assert (taken[0].source, taken[0].verified_by) == (Source.WKD, "")
    assert keyring.verified(mailed.home.desk, PROJECT, ref) == ()


def test_a_domain_that_gives_out_no_key_or_anothers_is_said_so(mailed: Mailed) -> None:
    ref = mailed.report()
    asked(mailed, {})
    none = keyring.look_up(mailed.home.desk, FINDER)
    assert isinstance(none, Refused)
    asked(mailed, {wkd.places(FINDER)[0]: Answer(status=200, body=public(person("other@example.net")))})
    body = keyring.look_up(mailed.home.desk, FINDER)
    assert not isinstance(body, Refused)
    refused = keyring.offer(mailed.home.desk, PROJECT, ref, "", body, Source.WKD, FINDER)
    assert isinstance(refused, Refused)
    assert refused.code == "other-address"


def test_our_own_key_is_served_where_another_installation_looks(mailed: Mailed) -> None:
    made = own_key.create(mailed.home.desk, PROJECT)
    assert not isinstance(made, Refused)
    site.current.append(mailed.home.front)
    try:
        visitor = Client()
        served = {}
        for url in wkd.places(BOX):
            parts = urlsplit(url)
            answer = visitor.get(f"{parts.path}?{parts.query}")
            assert answer.status_code == 200, url
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Content-Type"] == "application/octet-stream"
            served[url] = Answer(status=200, body=answer.content)
            policy = url.partition("/hu/")[0] + "/policy"
            assert visitor.get(urlsplit(policy).path).status_code == 200
        assert visitor.get("/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q").status_code == 404
        armoured = visitor.get(f"/{wkd.armoured_path(PROJECT)}")
        assert armoured.content.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----")
    finally:
        site.current.pop()
    asked(mailed, served)
    found = keyring.look_up(mailed.home.desk, BOX)
    assert not isinstance(found, Refused)
    (read,) = keyring.certificates(mailed.home.desk, found)
    assert read.fingerprint == made.fingerprint
    assert BOX in read.addresses
