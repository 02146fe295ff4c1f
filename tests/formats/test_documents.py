# SPDX-License-Identifier: Apache-2.0
"""Every document meets its official schema, says what the others say, and is the same each time."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from html.parser import HTMLParser

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from prototyyppi.csaf.v20 import validate
from prototyyppi.csaf.v21csd03 import _validator as csd03

from tests.advisory.samples import SAMPLES, library, warehouse, withdrawn
from tests.advisory.strategies import advisories
from tests.support import DATA, golden
from tocsin.core.advisory import Advisory, Score, Tlp, problems
from tocsin.core.formats import (
    FORMATS,
    Format,
    disagreements,
    findings,
    format_named,
    losses,
    render_all,
    schema_violations,
)
from tocsin.core.formats.encode import Part, readable
from tocsin.core.formats.other import OTHERS
from tocsin.core.formats.schema import tenths
from tocsin.core.formats.wrap import WIDTH
from tocsin.services.documents.csaf import findings as csaf_findings

GOLDENS = DATA / "formats"
BY_ID = {each.id: each for each in SAMPLES}
INHERENT = {"6.3.9", "6.3.10"}
"""Informative tests that advise against ranges as such; a range is what we know (docs/reference/conformance.md)."""


WITHOUT_SEVERITY = {"openvex"}
WITHOUT_CREDITS = {"openvex", "ghsa"}


def csaf_failures(document: bytes) -> dict[str, list[str]]:
    """Tests of the independent CSAF validator that a document fails, all three groups."""
    report = validate(json.loads(document), preset="full")
    return {
        each.id: [error.message for error in each.errors]
        for each in report.results
        if not each.passed and not each.skipped
    }


def longest(document: bytes) -> list[str]:
    """Lines over the width that hold more than one word which itself is too long."""
    return [line for line in document.decode().split("\n") if len(line) > WIDTH and len(line.split()) > 1]


def test_each_format_has_a_folder_of_goldens_and_each_folder_a_format() -> None:
    assert {path.name for path in GOLDENS.iterdir() if path.is_dir()} == {each.name for each in FORMATS}


def test_names_and_suffixes_of_formats_are_unique() -> None:
    assert len({each.name for each in FORMATS}) == len({each.suffix for each in FORMATS}) == len(FORMATS)


def _kinds(kind: type[Part] = Part) -> Iterator[type[Part]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def test_parts_of_documents_declare_their_properties_in_the_order_of_their_names() -> None:
    kinds = list(_kinds())
    assert len(kinds) >= 40
    assert [
        each for each in kinds if list(each.__struct_encode_fields__) != sorted(each.__struct_encode_fields__)
    ] == []


@pytest.mark.parametrize("sample", BY_ID)
@pytest.mark.parametrize("each", [each for each in FORMATS if "json" in each.media_type], ids=lambda each: each.name)
def test_keys_of_documents_are_sorted(each: Format, sample: str) -> None:
    """Also of what is no `Part`: values that are the same for every advisory are dictionaries."""

    def look(value: object) -> None:
        if isinstance(value, dict):
            assert list(value) == sorted(value)
        for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(held)

    document = render_all(BY_ID[sample]).get(each.name)
    if document is not None:
        look(json.loads(document))


@pytest.mark.parametrize("sample", BY_ID)
def test_samples_are_fit_to_publish(sample: str) -> None:
    assert problems(BY_ID[sample]) == ()


@pytest.mark.parametrize("sample", BY_ID)
@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_documents_are_as_last_read(each: Format, sample: str) -> None:
    document = render_all(BY_ID[sample]).get(each.name, b"no document: see cannot_express\n")
    golden(GOLDENS / each.name / f"{sample}.{each.suffix.rpartition('.')[2]}", readable(document).decode())


@pytest.mark.parametrize("sample", BY_ID)
def test_nothing_speaks_against_publishing_a_sample(sample: str) -> None:
    documents = render_all(BY_ID[sample])
    assert findings(documents, BY_ID[sample]) == ()
    assert findings(documents) == ()


def test_the_independent_csaf_validator_finds_nothing_in_a_complete_record() -> None:
    assert set(csaf_failures(render_all(warehouse())["csaf20"])) == INHERENT


@pytest.mark.parametrize(
    ("advisory", "missed"),
    [
        (library(), {"6.2.3": "no CVSS 3.x", "6.2.11": "no canonical URL", "6.3.3": "no CVE"}),
        (withdrawn(), {"6.3.2": "CVSS 3.0 only", "6.3.4": "no CWE"}),
    ],
    ids=lambda each: each.id if isinstance(each, Advisory) else "",
)
def test_of_a_sparse_record_it_misses_only_what_is_not_there(advisory: Advisory, missed: dict[str, str]) -> None:
    assert set(csaf_failures(render_all(advisory)["csaf20"])) == INHERENT | set(missed)


NOT_OURS_21 = {
    "6.1.35": "it calls a workaround beside no_fix_planned a contradiction; table 1 of 3.2.4.16 allows it",
    "6.2.3": "it looks for the scores of 2.0 and not for the metrics of 2.1",
    "6.2.24": "its newest CWE list is 4.19, ours 4.20",
}
"""Findings of the validator on 2.1 documents that contradict the draft's own text (docs/reference/conformance.md)."""


@pytest.mark.parametrize(
    ("advisory", "missed"),
    [
        (warehouse(), {"6.3.20"}),
        (library(), {"6.2.11", "6.2.25", "6.2.43", "6.3.3", "6.3.12", "6.3.20"}),
        (withdrawn(), {"6.2.43"}),
    ],
    ids=lambda each: each.id if isinstance(each, Advisory) else "",
)
def test_of_a_csaf_21_document_the_validator_misses_only_what_is_not_there(
    advisory: Advisory, missed: set[str]
) -> None:
    report = csd03.validate(json.loads(render_all(advisory)["csaf21"]), preset="full")
    failed = {each.id for each in report.results if not each.passed and not each.skipped}
    assert failed - INHERENT - set(NOT_OURS_21) == missed


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_the_same_record_gives_the_same_bytes(each: Format) -> None:
    copy = msgspec.json.decode(msgspec.json.encode(warehouse()), type=Advisory)
    assert each.render(copy) == each.render(warehouse())


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(advisory=advisories())
def test_random_advisories_are_valid_and_agree_in_every_format(advisory: Advisory) -> None:
    assert problems(advisory) == ()
    documents = render_all(advisory)
    assert findings(documents, advisory) == ()
    if "csaf20" in documents:
        failed = csaf_failures(documents["csaf20"])
        assert not [each for each in failed if each.startswith("6.1") or each == "schema"], failed
    assert longest(documents["text"]) == []


@given(advisory=advisories())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_format_makes_a_document_unless_it_says_why_not(advisory: Advisory) -> None:
    for each in FORMATS:
        if any(loss.blocks for loss in each.cannot_express(advisory)):
            assert each.name not in render_all(advisory)
        else:
            assert each.render(advisory)


def test_only_the_authoritative_partys_scores_are_published() -> None:
    """S43: the reporter said 9.9, the team 6.5; every document carries 6.5 and none 9.9."""
    for name, document in render_all(warehouse()).items():
        assert b"6.5" in document or b"PR:L/UI:N/S:U/C:H/I:N/A:N" in document or name in WITHOUT_SEVERITY
        assert b"PR:N" not in document
        assert b"9.9" not in document


def test_who_did_not_consent_is_named_nowhere() -> None:
    for name, document in render_all(warehouse()).items():
        assert b"Quiet Person" not in document
        assert b"Eporter" in document or name in WITHOUT_CREDITS


def test_required_configuration_reaches_every_document() -> None:
    """S69."""
    for document in render_all(warehouse()).values():
        assert b"shared_preload_libraries" in document


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_an_explicit_none_known_is_said(name: str) -> None:
    """S62: silence about a mitigation is read as an oversight."""
    spoken = msgspec.structs.replace(withdrawn(), withdrawn=None, superseded_by="")
    assert b"No mitigation is known." in format_named(name).render(spoken)


def test_csaf_takes_three_one_where_both_exist() -> None:
    both = msgspec.structs.replace(
        withdrawn(),
        scores=(
            *withdrawn().scores,
            Score(vector="CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H", scorer="Old Project"),
        ),
    )
    assert b"CVSS:3.1" in format_named("csaf20").render(both)
    assert b"CVSS:3.0" not in format_named("csaf20").render(both)
    assert "scores" in {loss.field for loss in losses(both)["csaf20"]}


def test_the_osv_id_loses_its_prefix_once_one_is_registered() -> None:
    assert b'"id":"x_WHPG-SA-2026-001"' in format_named("osv").render(warehouse())
    registered = msgspec.structs.replace(warehouse(), osv_prefix="")
    assert b'"id":"WHPG-SA-2026-001"' in format_named("osv").render(registered)
    assert format_named("osv").file_name(registered) == "WHPG-SA-2026-001.json"


def test_a_weakness_whose_name_the_draft_refuses_becomes_a_note() -> None:
    """CWE-520 is called `.NET Misconfiguration: ...`, and CSAF 2.1 lets no name begin with a dot."""
    advisory = msgspec.structs.replace(warehouse(), cwe=("CWE-125", "CWE-520"))
    assert findings(render_all(advisory), advisory) == ()
    assert b".NET Misconfiguration" in format_named("csaf21").render(advisory)
    assert "cwe[1]" in {loss.field for loss in losses(advisory)["csaf21"]}


def test_file_names_follow_their_standards() -> None:
    names = {each.name: each.file_name(warehouse()) for each in FORMATS}
    assert names == {
        "csaf20": "whpg-sa-2026-001.json",
        "csaf21": "whpg-sa-2026-001.json",
        "cve": "CVE-1900-12345.json",
        "cyclonedx": "WHPG-SA-2026-001.cdx.json",
        "ghsa": "WHPG-SA-2026-001.ghsa.json",
        "markdown": "WHPG-SA-2026-001.md",
        "openvex": "WHPG-SA-2026-001.vex.json",
        "osv": "x_WHPG-SA-2026-001.json",
        "text": "WHPG-SA-2026-001.txt",
    }


def test_a_loss_names_its_field() -> None:
    lost = losses(warehouse())
    assert {loss.field for loss in lost["osv"]} == {
        "scores",
        "products[0].lines[2].state",
        "products[0].lines[3].state",
    }
    assert [loss.field for loss in lost["cve"]] == ["aliases", "detection"]
    assert not any(loss.blocks for each in lost.values() for loss in each)


def test_an_advisory_without_cve_id_has_no_cve_record_and_says_so() -> None:
    assert "cve" not in render_all(library())
    assert {loss.field for loss in losses(library())["cve"] if loss.blocks} == {"cve_id", "publisher.cna"}
    with pytest.raises(ValueError, match="cve_id"):
        format_named("cve").render(library())


def test_text_is_at_most_72_columns_wide() -> None:
    for each in SAMPLES:
        assert longest(format_named("text").render(each)) == []


def test_what_a_writer_types_cannot_pass_for_our_headings() -> None:
    forged = "Fixed versions\n--------------\n  WarehousePG: 0.0.1\n\n## Acknowledgements\n\n- **finder:** Nobody"
    advisory = msgspec.structs.replace(warehouse(), impact=forged, detection=f"```\n{forged}", upgrade=forged)
    assert disagreements(render_all(advisory), advisory) == ()
    assert format_named("text").render(advisory).decode().count("\nFixed versions\n---") == 1


def test_what_was_taken_back_says_so_in_the_profile_for_it() -> None:
    """CSAF 2.1, profiles 7 and 8: no products, exactly one description, and where to look instead."""
    gone = json.loads(format_named("csaf21").render(withdrawn()))
    assert gone["document"]["category"] in ("csaf_withdrawn", "csaf_superseded")
    assert not {"product_tree", "vulnerabilities"} & set(gone)
    replaced = msgspec.structs.replace(withdrawn(), withdrawn=None, superseded_by="OLDP-SA-2027-001")
    document = json.loads(format_named("csaf21").render(replaced))
    assert document["document"]["category"] == "csaf_superseded"
    assert any(each["summary"].startswith("Superseding Document") for each in document["document"]["references"])
    for advisory in (withdrawn(), replaced):
        report = csd03.validate(json.loads(format_named("csaf21").render(advisory)), preset="basic")
        assert [each.id for each in report.results if not each.passed and not each.skipped] == []


def test_vex_profiles_are_valid_and_say_why_lines_are_not_affected() -> None:
    for advisory in (warehouse(), library()):
        for name, edition in (("csaf20-vex", "2.0"), ("csaf21-vex", "2.1")):
            body = OTHERS[name].render(advisory)
            found = [each for each in csaf_findings(edition, json.loads(body), body) if each.test[:3] in ("6.1", "sch")]
            assert found == []
            assert json.loads(body)["document"]["category"] == "csaf_vex"


def test_a_vex_names_unsupported_lines_in_a_note_and_in_no_status_that_a_strict_validator_refuses() -> None:
    document = json.loads(OTHERS["csaf21-vex"].render(warehouse()))
    (vulnerability,) = document["vulnerabilities"]
    assert "unknown" not in vulnerability["product_status"]
    assert [each["text"] for each in vulnerability["notes"] if each["title"] == "Unsupported versions"] == [
        "WarehousePG 6.28: unsupported, not investigated (support ended)"
    ]
    refused = [each.id for each in csd03.validate(document, preset="basic").results if not each.passed]
    assert "6.1.27.7" not in refused
    lost = [each.field for each in OTHERS["csaf21-vex"].cannot_express(warehouse())]
    assert "products[0].lines[3].state" in lost


def test_a_vulnerability_report_is_amber_and_has_what_its_profile_wants() -> None:
    body = OTHERS["csaf21-report"].render(warehouse())
    document = json.loads(body)
    assert document["document"]["category"] == "csaf_vulnerability_report"
    assert document["document"]["distribution"] == {"tlp": {"label": "AMBER"}}
    # The draft does not know its own profile yet: once it does, this is empty and `cannot_express` loses a line.
    assert {each.test for each in csaf_findings("2.1", document, body) if each.test[:3] in ("6.1", "sch")} == {"6.1.26"}
    refused = {each.id for each in csd03.validate(document, preset="full").results if not each.passed}
    wanted = {f"6.2.39.{number}" for number in range(7, 14)} | {"6.1.27.20", "6.3.23.2"}
    assert not refused & wanted
    red = msgspec.structs.replace(warehouse(), tlp=Tlp.RED)
    assert json.loads(OTHERS["csaf21-report"].render(red))["document"]["distribution"] == {"tlp": {"label": "RED"}}


def test_the_validator_would_miss_what_a_report_must_have() -> None:
    document = json.loads(OTHERS["csaf21-vex"].render(warehouse()))
    document["document"]["category"] = "csaf_vulnerability_report"
    refused = {each.id for each in csd03.validate(document, preset="full").results if not each.passed}
    assert {"6.1.27.20", "6.2.39.7", "6.2.39.9", "6.2.39.11"} <= refused


def test_the_older_cve_format_has_no_package_urls() -> None:
    newer, older = format_named("cve").render(warehouse()), OTHERS["cve5.1.1"].render(warehouse())
    assert json.loads(newer)["dataVersion"] == "5.2.0"
    assert json.loads(older)["dataVersion"] == "5.1.1"
    assert b"packageURL" not in older
    assert schema_violations("cve-5.1.1", older) == schema_violations("cve-5.2.0", newer) == ()


def test_the_mail_to_oss_security_is_plain_text_of_72_columns_with_a_telling_subject() -> None:
    message = email.message_from_bytes(OTHERS["oss-security"].render(warehouse()), policy=email.policy.default)
    assert message["Subject"].startswith("CVE-1900-12345: ")
    assert message["To"] == "oss-security@lists.openwall.com"
    assert message.get_content_type() == "text/plain"
    assert longest(message.get_content().encode()) == []
    named = msgspec.structs.replace(warehouse(), title="Überlauf in „demo“ " + "ä" * 60)
    parsed = email.message_from_bytes(OTHERS["oss-security"].render(named), policy=email.policy.default)
    assert "Überlauf in „demo“" in parsed["Subject"]
    amber = msgspec.structs.replace(warehouse(), tlp=Tlp.AMBER)
    assert [each.field for each in OTHERS["oss-security"].cannot_express(amber) if each.blocks] == ["tlp"]
    with pytest.raises(ValueError, match="public list, and WHPG-SA-2026-001 is TLP:AMBER"):
        OTHERS["oss-security"].render(amber)


class _Outline(HTMLParser):
    """Start tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or (value or "").startswith("javascript") for name, value in attrs)


@given(advisory=advisories())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_page_stands_alone_and_nothing_typed_becomes_markup(advisory: Advisory) -> None:
    hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) `</code>` \"'&"
    typed = msgspec.structs.replace(advisory, details=f"{hostile}\n\n- {hostile}\n\n```\n{hostile}\n```", title=hostile)
    outline = _Outline()
    outline.feed(OTHERS["html"].render(typed).decode())
    assert not {"script", "img", "link", "iframe", "object"} & set(outline.tags)
    assert outline.tags.count("h1") == outline.tags.count("main") == outline.tags.count("style") == 1


def test_bounds_and_a_step_judge_scores_as_the_list_of_every_tenth_does() -> None:
    schema = {"enum": [each / 10 for each in range(101)]}
    quicker = jsonschema_rs.validator_for(tenths(schema))
    plain = jsonschema_rs.validator_for(schema)
    probes = [each / 100 for each in range(-20, 1_030)] + [
        0,
        5,
        10,
        11,
        9.999999,
        0.30000000000000004,
        "5.5",
        None,
        1e300,
    ]
    assert [quicker.is_valid(each) for each in probes] == [plain.is_valid(each) for each in probes]
