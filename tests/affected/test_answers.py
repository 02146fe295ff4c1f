# SPDX-License-Identifier: Apache-2.0
"""From what somebody pastes to a word, a reason and a way out."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import msgspec
import pytest

from tests.support import shared
from tocsin.core.advisory import Advisory
from tocsin.core.advisory import model as adv
from tocsin.core.affected import answers, asked, names, osv, sbom
from tocsin.core.affected.answers import Word, answer, exit_code
from tocsin.core.affected.asked import Asked, Unread
from tocsin.core.affected.index import Index
from tocsin.core.formats import format_named
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import Affectedness

T0 = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def advisory(number: int, *lines: LineRange, **more: object) -> Advisory:
    values: dict[str, object] = {
        "title": f"Fault {number}", "summary": "s", "details": "d", "mitigation": "SET demo.enabled = off;",
        "scores": (adv.Score(vector="CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", scorer="w", authoritative=True),),
    }  # fmt: skip
    return Advisory(
        id=f"WHPG-SA-2026-{number:03}",
        project=adv.Project(id="warehousepg", name="WarehousePG", url="https://example.org"),
        publisher=adv.Publisher(name="WarehousePG", namespace="https://example.org"),
        urls=adv.Urls(page=f"https://example.org/{number}"),
        products=(
            adv.Product(name="WarehousePG", vendor="w", scheme="postgres", lines=lines, purl="pkg:generic/warehousepg"),
        ),
        published=T0,
        modified=T0,
        revisions=(adv.Revision(number="1", date=T0, summary="First."),),
        **values | more,
    )


def line(name: str, state: Affectedness, fixed_in: str = "", reason: str = "") -> LineRange:
    return LineRange(line=name, state=state, fixed_in=fixed_in, reason=reason)


FIRST = advisory(
    1,
    line("7.4", Affectedness.FIXED, "7.4.2"),
    line("7.3", Affectedness.FIXED, "7.3.4"),
    line("6.29", Affectedness.NOT_AFFECTED, reason="the code is not there"),
    line("6.28", Affectedness.UNSUPPORTED),
    line("6.27", Affectedness.REVIEW),
)
SECOND = advisory(2, line("7.3", Affectedness.FIXED, "7.3.6"), line("7.2", Affectedness.AFFECTED, reason="end of line"))


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(osv.read(format_named("osv").render(each)) for each in (FIRST, SECOND))


def ask(index: Index, line: str) -> answers.Answer:
    question = asked.line_of(line)
    assert isinstance(question, Asked), question
    return answer(index, question)


def test_an_affected_version_is_told_the_version_that_mends_everything(index: Index) -> None:
    found = ask(index, "whpg@7.3.1")
    assert (found.word, found.update_to, found.why) == (Word.AFFECTED, "7.3.6", "hit by 2 of 2 advisories")
    first = found.findings[0]
    assert (first.advisory, first.fix, first.severity) == ("x_WHPG-SA-2026-001", "7.3.4", "High 8.8")
    assert first.mitigation == "SET demo.enabled = off;"
    assert exit_code([found]) == 10


@pytest.mark.parametrize(
    ("line", "word", "why", "code"),
    [
        ("whpg@7.4.2", Word.NOT_AFFECTED, "not hit by any of 2 advisories", 0),
        ("whpg@6.29.1", Word.NOT_AFFECTED, "not hit by any of 2 advisories", 0),
        ("whpg@6.28.0", Word.UNSUPPORTED, "line 6.28 is no longer supported and nobody looked", 12),
        ("whpg@6.27.3", Word.UNKNOWN, "line 6.27 is still being looked at", 12),
        ("whpg@7.2.1", Word.AFFECTED, "hit by 1 of 2 advisories", 11),
        ("whpg@seven.x", Word.UNKNOWN, "“seven.x” is no version", 12),
        ("nobody@1.0", Word.UNKNOWN, "no advisory here speaks of nobody", 12),
    ],
)
def test_each_state_has_its_word_its_reason_and_its_exit_code(
    index: Index, line: str, word: Word, why: str, code: int
) -> None:
    found = ask(index, line)
    assert found.word is word
    assert why in found.why
    assert exit_code([found]) == code


@pytest.mark.parametrize(
    "line",
    [
        "PostgreSQL 12.12 (WarehousePG 7.3.1 build commit:1ab2 (dev)) on x86_64-pc-linux-gnu, compiled by gcc",
        "WarehousePG 7.3.1",
        "pkg:generic/warehousepg@7.3.1?arch=amd64",
        "warehousepg-server-7.3.1-1.el9.x86_64",
        "warehousepg-7-1:7.3.1-2.el9.x86_64.rpm",
        "ii  warehousepg-7   1:7.3.1-1+deb12u2  amd64  a database",
        "pkg:rpm/warehousepg@7.3.1-1?epoch=1",
    ],
)
def test_whatever_form_it_is_pasted_in_it_is_the_same_version(index: Index, line: str) -> None:
    assert ask(index, line).update_to == "7.3.6"


def test_a_fork_is_never_judged_by_the_number_of_its_origin(index: Index) -> None:
    greenplum = ask(index, "PostgreSQL 9.4.26 (Greenplum Database 6.20.0 build commit:1a) on x86_64")
    assert (greenplum.product, greenplum.version, greenplum.word) == ("Greenplum", "6.20.0", Word.UNKNOWN)
    plain = asked.line_of("PostgreSQL 15.4 (Debian 15.4-1.pgdg120+1) on x86_64-pc-linux-gnu")
    assert isinstance(plain, Asked)
    assert (plain.names, plain.version) == ((names.product("PostgreSQL"),), "15.4")


def test_a_product_is_one_however_its_name_is_spaced() -> None:
    spaces = [each for number in range(sys.maxunicode + 1) if (each := chr(number)).isspace()]
    assert len(spaces) > 20
    assert {names.product(f"{each}Warehouse{each}PG{each}") for each in ["", "-", "_-_", *spaces]} == {
        names.product("warehousepg")
    }
    assert names.product("WarehouseP.G") != names.product("warehousepg")


def test_a_line_that_cannot_be_read_is_shown_with_its_place_and_the_others_are_answered() -> None:
    found = asked.read(" version \n----------\n 7.3.1\n(1 row)\n# a comment\nfoo bar\n", product="whpg")
    assert [type(each) for each in found] == [Asked, Unread]
    assert found[1] == Unread(text="foo bar", at=4, why="a version is expected here")


def test_hostile_lines_cost_no_more_than_they_are_long() -> None:
    for text in ("(" * 1999, "a " * 999, "-a" * 999, "PostgreSQL 1" + " (" * 900, "@" * 1999, "pkg:" + "/" * 1900):
        assert isinstance(asked.line_of(text), Asked | Unread)
    assert len(asked.read("x@1\n" * 20_000)) == asked.MOST_LINES + 1


CYCLONEDX = {
    "bomFormat": "CycloneDX", "specVersion": "1.6",
    "components": [
        {"type": "library", "name": "warehousepg", "version": "7.3.1", "purl": "pkg:generic/warehousepg@7.3.1",
         "components": [{"type": "library", "name": "WarehousePG", "version": "7.4.9"}]},
        {"type": "library", "name": "left-pad", "version": "1.0", "purl": "pkg:npm/left-pad@1.0"},
    ],
}  # fmt: skip
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {"name": "warehousepg", "versionInfo": "7.3.1", "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
             "referenceLocator": "pkg:generic/warehousepg@7.3.1"}]},
        {"name": "WarehousePG", "versionInfo": "7.4.9"},
        {"name": "nothing"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("document", [CYCLONEDX, SPDX], ids=["cyclonedx", "spdx"])
def test_a_bill_of_materials_is_answered_component_by_component(index: Index, document: object) -> None:
    found = [answer(index, each) for each in sbom.read(msgspec.json.encode(document))]
    assert [each.word for each in found] == [Word.AFFECTED, Word.NOT_AFFECTED, Word.UNKNOWN]


@pytest.mark.parametrize("document", [b"", b"[]", b"\xff\xfe", b'{"bomFormat":"x"}', b'{"a":' * 9000])
def test_what_is_no_bill_of_materials_is_refused_in_words(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"CycloneDX|nested"):
        sbom.read(document)


def test_nesting_has_a_bound() -> None:
    deep: dict[str, object] = {"name": "x"}
    for _ in range(100):
        deep = {"name": "x", "components": [deep]}
    with pytest.raises(ValueError, match="nested"):
        sbom.read(msgspec.json.encode({"bomFormat": "CycloneDX", "components": [deep]}))


def test_events_in_any_order_mean_the_same_as_sorted_ones() -> None:
    events = ({"fixed": "2.0"}, {"introduced": "3.0"}, {"introduced": "0"}, {"last_affected": "3.5"})
    assert osv.spans("semver", events) == osv.spans(
        "semver", ({"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"last_affected": "3.5"})
    )


def test_every_real_osv_document_is_read() -> None:
    folder = shared("standards", "real-osv", "go")
    records = [osv.read(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    assert len(records) > 20
    index = Index(records)
    hit = 0
    for each in records:
        for said in each.statements:
            start = said.interval.start if said.interval.start != "0" else "0.0.0-0"
            hit += each.withdrawn or each.id in index.hit(said.names[0], start)
    assert hit == sum(len(each.statements) for each in records) > 20


@pytest.mark.parametrize("document", [b"", b"{}", b"[1]", b"\xff", b'{"id":1}', b"[" * 100_000])
def test_what_is_no_osv_document_is_refused_in_words(document: bytes) -> None:
    with pytest.raises(ValueError, match="no OSV document"):
        osv.read(document)


@pytest.mark.parametrize("kind", ["pypi", "npm", "deb", "generic", "golang", "maven"])
@pytest.mark.parametrize("name", ["Django", "a.b_c", "x y", "n\n"])
@pytest.mark.parametrize("version", ["1.0", "1:2-3", "v1+b", "2.0\n"])
def test_a_short_package_url_is_taken_apart_as_any_other(kind: str, name: str, version: str) -> None:
    short = f"pkg:{kind}/{name}@{version}"
    assert names._SHORT.fullmatch(short)
    assert names.purl(short) == names.purl(f"{short}?a=b")
    for longer in (f"pkg:{kind}/space/{name}@{version}", f"pkg:{kind}/{name}", f"pkg:{kind}/{name}@1%2B2"):
        assert not names._SHORT.fullmatch(longer)
