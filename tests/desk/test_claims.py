# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from tests.desk import server, story
from tests.desk.conftest import SignIn
from tocsin.core.intake import Report
from tocsin.services import intake
from tocsin.services.intake import Receipt
from tocsin.services.ports.git import GitFailed
from tocsin.services.ports.sources import Spot
from tocsin.testing.house import House

CITING = Report(
    title="Out-of-bounds read", reproduce="<b>demo_decode()</b> in src/demo_ext.c:2 of 7.3.1", version="7.3.1"
)


class Shelf:
    """The sources of one line, in memory."""

    broken = False

    def lines(self) -> Sequence[str]:
        if self.broken:
            raise GitFailed("the disk is full")
        return ("main",)

    def files(self, line: str) -> frozenset[str]:
        return frozenset({"src/demo_ext.c"})

    def read(self, line: str, paths: Collection[str]) -> Mapping[str, bytes]:
        return {"src/demo_ext.c": b"int\ndemo_decode(char *buf)\n"} if paths else {}

    def grep(self, line: str, names: Collection[str]) -> Mapping[str, Sequence[Spot]]:
        return {}

    def commits(self, ids: Collection[str]) -> frozenset[str]:
        return frozenset()

    def tags(self) -> Sequence[str]:
        return ("REL_7_3_1",)


def page(house: House, sign_in: SignIn, shelf: Shelf | None) -> str:
    receipt = intake.receive(house.front, story.PROJECT, CITING, b"n" * 16)
    assert isinstance(receipt, Receipt)
    client = sign_in()
    known = replace(house, desk=replace(house.desk, sources=lambda _: shelf))
    server.current.append(known)
    try:
        return client.get(f"/c/{receipt.case}/claims").content.decode()
    finally:
        server.current.remove(known)


def test_the_case_page_says_where_what_the_report_cites_stands(house: House, sign_in: SignIn) -> None:
    told = page(house, sign_in, Shelf())
    assert "✓ src/demo_ext.c:2  demo_decode(char *buf)" in told
    assert "is released as REL_7_3_1" in told
    assert "score" not in told[told.index("claims-title") : told.index("</section>", told.index("claims-title"))]


def test_without_sources_or_with_broken_ones_it_says_why_it_cannot_tell(house: House, sign_in: SignIn) -> None:
    assert "not mirrored here" in page(house, sign_in, None)
    broken = Shelf()
    broken.broken = True
    assert "Git cannot say: the disk is full." in page(house, sign_in, broken)
