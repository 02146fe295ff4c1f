# SPDX-License-Identifier: Apache-2.0
"""Announcements to lists: what is approved is what leaves, signed, once; and what a list does not take."""

from __future__ import annotations

import tempfile
from dataclasses import replace as changed
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.advisory.samples import warehouse
from tests.openpgp.foreign import gpg
from tests.post.conftest import PROJECT, Mailed
from tocsin.core.policy.model import PublishKind
from tocsin.services.outward.mailing_list import Lists
from tocsin.services.ports.mail_out import Delivered, Fate
from tocsin.services.ports.targets import Matter, Rejected, Trouble
from tocsin.testing.post import read

OSS = PublishKind.OSS_SECURITY


def matter(mailed: Mailed, **given: object) -> Matter:
    desk = mailed.home.desk
    info = desk.projects.get(PROJECT)
    assert info is not None
    policy = desk.projects.policy(PROJECT, info.policy)
    advisory = replace(warehouse(), published=mailed.home.clock(), modified=mailed.home.clock())
    made: dict[str, object] = {
        "project": PROJECT,
        "policy": policy,
        "advisory": advisory,
        "documents": (),
        "revision": 1,
    }
    return Matter(**{**made, **given})  # type: ignore[arg-type]


def test_what_was_approved_leaves_signed_and_gnupg_agrees(mailed: Mailed) -> None:
    team = mailed.teams.make(PROJECT, ["WarehousePG security <security@warehousepg.org>"])
    target, about = Lists(mailed.home.desk, OSS), matter(mailed)
    payload = target.preview(about)
    assert target.preview(about) == payload
    found = target.act(None, about, payload)  # type: ignore[arg-type]
    (sent,) = mailed.server.sent
    assert sent.to == "oss-security@lists.openwall.com"
    assert payload.key in found.where
    mail = read(sent.body)
    assert mail["Message-ID"] == f"<{payload.key}>"
    assert str(mail["Subject"]).startswith("[WarehousePG] CVE-")
    assert mail.get_content_type() == "text/plain"
    approved = read(payload.body).get_content().replace("\r\n", "\n")
    assert mail.get_content().replace("\r\n", "\n").replace("\n- ", "\n").find(approved[:60].replace("- ", "")) > 0
    with tempfile.TemporaryDirectory(prefix="pgp-") as base:
        person = gpg(Path(base) / "l")
        person("--import", given=team.body)  # type: ignore[union-attr]
        said = person("--status-fd", "1", "--verify", given=mail.get_payload(decode=True))
        assert b"GOODSIG" in said


def test_a_server_that_is_away_is_tried_again_and_what_nobody_knows_is_a_persons(mailed: Mailed) -> None:
    target, about = Lists(mailed.home.desk, OSS), matter(mailed)
    payload = target.preview(about)
    mailed.server.away = True
    with pytest.raises(Trouble):
        target.act(None, about, payload)  # type: ignore[arg-type]
    mailed.server.away = False
    for fate, kind in ((Fate.LATER, Trouble), (Fate.NEVER, Rejected), (Fate.UNKNOWN, Rejected)):
        mailed.server.fates = [Delivered(fate=fate)]
        with pytest.raises(kind):
            target.act(None, about, payload)  # type: ignore[arg-type]


def test_what_was_not_approved_does_not_leave(mailed: Mailed) -> None:
    target, about = Lists(mailed.home.desk, OSS), matter(mailed)
    payload = target.preview(about)
    other = replace(about, advisory=replace(about.advisory, title="Something else"))
    with pytest.raises(Rejected):
        target.act(None, other, payload)  # type: ignore[arg-type]
    assert mailed.server.sent == []


def test_a_list_without_an_address_and_a_secret_in_the_text_are_refused_before(mailed: Mailed) -> None:
    own = Lists(mailed.home.desk, PublishKind.MAILING_LIST)
    with pytest.raises(Rejected):
        own.preview(matter(mailed, to="not an address"))
    assert own.preview(matter(mailed, to="announce@lists.example.org")).about.endswith("rules of announce")
    desk = changed(mailed.home.desk, guard=changed(mailed.home.desk.guard, canaries=("WarehousePG",)))
    with pytest.raises(Rejected, match="canary"):
        Lists(desk, OSS).preview(matter(mailed))
