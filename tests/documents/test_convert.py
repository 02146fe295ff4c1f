# SPDX-License-Identifier: Apache-2.0
"""What was published elsewhere can be read, written in other formats, and written back without losing a word."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.advisory.samples import SAMPLES, warehouse
from tests.advisory.strategies import advisories
from tests.documents import pairs
from tests.support import ROOT, shared
from tocsin.core.advisory import Advisory, Cna
from tocsin.core.formats import Loss, disagreements, render_all
from tocsin.core.formats.facts import record_facts
from tocsin.core.formats.imports import imported, rewritten
from tocsin.core.formats.imports.merge import merged
from tocsin.core.formats.imports.osv import read as read_osv
from tocsin.delivery.cli import cli
from tocsin.delivery.cli.exits import Exit
from tocsin.services.documents.convert import CANONICAL, NotConvertible, convert
from tocsin.services.documents.lint import lint

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAGE = ROOT / "docs" / "reference" / "pairs.md"
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->"

REAL = {
    "osv": ("real-osv", "pairs/apache-cve-osv/*.osv.json", "pairs/go-cve-osv-report/*.osv.json", "osv/linter-testdata"),
    "cve": ("real-cve", "pairs/apache-cve-osv/*.cve.json", "pairs/go-cve-osv-report/*.cve5.json"),
    "csaf20": ("real-csaf", "csaf-2.0/examples/csaf"),
    "csaf21": ("csaf-2.1/examples/csaf",),
}


def documents(name: str) -> Iterator[Path]:
    base = shared("standards")
    for pattern in REAL[name]:
        yield from sorted(base.glob(pattern) if "*" in pattern else (base / pattern).rglob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_published_documents_come_back_as_they_were(name: str) -> None:
    for path in documents(name):
        body = path.read_bytes()
        assert json.loads(convert(body, name, NOW).body) == json.loads(body), path


def converted(path: Path, target: str) -> tuple[Loss, ...]:
    """Convert a document; why that was refused, or nothing."""
    try:
        convert(path.read_bytes(), target, NOW)
    except NotConvertible as wrong:
        return wrong.losses or (Loss(field="document", message=str(wrong)),)
    return ()


@pytest.mark.slow
@pytest.mark.parametrize("target", [each for each in CANONICAL if not each.startswith("cve")])
def test_published_documents_become_every_format_or_say_why_not(target: str) -> None:
    made = refused = 0
    for name in REAL:
        for path in list(documents(name))[::7]:
            reasons = converted(path, target)
            refused += bool(reasons)
            made += not reasons
    assert made > 10 * refused


@pytest.mark.slow
def test_the_page_on_pairs_tells_what_a_fresh_run_gives() -> None:
    found = list(pairs.outcomes(shared("standards", "pairs")))
    assert not [each for each in found if each.refused]
    unexplained = {(each.suite, field) for each in found for field in each.differing} - set(pairs.REASONS)
    assert not unexplained
    told = PAGE.read_text(encoding="utf-8")
    fresh = f"{told.partition(BEGIN)[0]}{BEGIN}{pairs.page(found)}\n{END}{told.partition(END)[2]}"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(fresh, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == fresh


@pytest.mark.parametrize("name", ["osv", "cve", "csaf20", "csaf21"])
def test_our_own_documents_are_read_back_into_the_facts_they_tell(name: str) -> None:
    for sample in SAMPLES:
        body = render_all(sample).get(name)
        if body is None or (name == "csaf21" and (sample.withdrawn or sample.superseded_by)):
            continue
        back = imported(name, json.loads(body))
        ours, theirs = record_facts(sample), record_facts(back)
        for field in ("id", "cve", "title", "cwe", "credits", "published", "modified"):
            if field != "aliases" and field in ours:
                assert theirs.get(field) == ours[field], (name, field)
        for product in sample.products:
            field = f"affected {product.name}"
            if field in ours:
                assert theirs.get(field) == ours[field], (name, sample.id)


def test_a_change_in_the_record_is_written_and_all_else_stays() -> None:
    body = json.loads(render_all(warehouse())["osv"])
    body["affected"][0]["ecosystem_specific"] = {"urgency": "high", "x": [1, {"y": None}]}
    body["x_unknown"] = {"kept": True}
    record = imported("osv", body)
    render = lambda each: json.loads(render_all(each)["osv"])  # noqa: E731
    assert rewritten(record, "osv", render) == body
    changed = msgspec.structs.replace(record, title="Another title", summary="Another title")
    written = rewritten(changed, "osv", render)
    assert written["summary"] == "Another title"
    assert written["x_unknown"] == {"kept": True}
    assert written["affected"] == body["affected"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


@given(json_values, json_values, json_values)
def test_merging_without_a_change_gives_the_original_and_without_an_original_the_change(
    original: object, base: object, now: object
) -> None:
    assert merged(original, base, base) == original
    assert merged(base, base, now) == now


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=25)
@given(advisory=advisories())
def test_ranges_survive_the_way_through_every_format_that_can_be_read(advisory: Advisory) -> None:
    made = render_all(advisory)
    ours = record_facts(advisory)
    for name in ("osv", "cve", "csaf20"):
        if name not in made:
            continue
        back = record_facts(imported(name, json.loads(made[name])))
        for product in advisory.products:
            field = f"affected {product.name}"
            hit = any(line.vulnerable for line in product.lines)
            if hit and field in back:
                assert back[field] == ours[field], (name, field)


def test_converted_documents_of_one_advisory_agree() -> None:
    source = render_all(warehouse())["cve"]
    cna = Cna(org_id="f86ef6dc-4d3a-42ad-8f28-e6d5547a5007")
    names = ("osv", "csaf20", "csaf21", "cyclonedx", "cve")
    made = {name: convert(source, name, NOW, assigner=cna).body for name in names}
    assert all(lint(name, body, NOW).valid for name, body in made.items())
    fields = {each.field for each in disagreements(made)}
    assert not {each for each in fields if each.startswith(("affected", "vector", "score", "cwe", "cve"))}, fields


def test_an_id_that_starts_with_x_keeps_its_prefix() -> None:
    assert read_osv({"id": "x_DEMO-1", "modified": "2026-01-01T00:00:00Z"}).osv_prefix == "x_"
    assert read_osv({"id": "GO-2026-1", "modified": "2026-01-01T00:00:00Z"}).osv_prefix == ""


def test_the_terminal_converts_and_names_what_is_missing(tmp_path: Path) -> None:
    source, out = tmp_path / "a.json", tmp_path / "b.json"
    source.write_bytes(render_all(warehouse())["osv"])
    run = lambda *words: CliRunner().invoke(cli, ["doc", "convert", str(source), *words])  # noqa: E731
    done = run("--to", "csaf", "--out", str(out))
    assert done.exit_code == Exit.OK, done.output
    assert json.loads(out.read_bytes())["document"]["csaf_version"] == "2.0"
    unfinished = run("--to", "cve", "--out", str(out))
    assert unfinished.exit_code == Exit.FINDINGS
    assert "publisher.cna" in unfinished.stderr
    misnamed = run("--to", "cve", "--assigner", "demo")
    assert (misnamed.exit_code, misnamed.stdout) == (Exit.USAGE, "")
    assert "UUID:NAME" in misnamed.stderr
    whole = run("--to", "cve", "--assigner", "f86ef6dc-4d3a-42ad-8f28-e6d5547a5007:demo", "--out", str(out))
    assert whole.exit_code == Exit.OK
    assert lint("b", out.read_bytes(), NOW).valid
    source.write_text("no")
    assert run("--to", "osv").exit_code == Exit.FINDINGS


def test_a_vector_of_an_unknown_version_is_told_and_not_lost_in_its_own_format() -> None:
    value = json.loads(render_all(warehouse())["osv"])
    value["severity"].append({"type": "CVSS_V4", "score": "CVSS:5.0/AV:N/XX:Y"})
    body = json.dumps(value).encode()
    made = convert(body, "csaf", NOW)
    assert [each.field for each in made.losses if "CVSS:5.0" in each.message] == ["scores"]
    assert json.loads(convert(body, "osv", NOW).body) == value


def test_a_publisher_whom_the_source_does_not_name_is_told_of() -> None:
    value = json.loads(render_all(warehouse())["osv"])
    del value["references"]
    body = json.dumps(value).encode()
    made = convert(body, "csaf", NOW)
    assert json.loads(made.body)["document"]["publisher"]["namespace"] == "https://example.invalid"
    assert [each.field for each in made.losses if "example.invalid" in each.message] == ["publisher.namespace"]
    for name in ("openvex", "text"):
        assert not [each for each in convert(body, name, NOW).losses if each.field == "publisher.namespace"], name


def test_a_rejected_cve_record_is_a_withdrawn_advisory() -> None:
    value = {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1.1",
        "cveMetadata": {"cveId": "CVE-1900-0001", "state": "REJECTED", "dateRejected": "2026-02-01T00:00:00Z"},
        "containers": {"cna": {"rejectedReasons": [{"lang": "en", "value": "Assigned twice."}]}},
    }
    made = json.loads(convert(json.dumps(value).encode(), "osv", NOW).body)
    assert made["withdrawn"] == "2026-02-01T00:00:00Z"
    assert "Assigned twice." in made["details"]
    with pytest.raises(NotConvertible, match="products"):
        convert(json.dumps(value).encode(), "csaf20", NOW)


def test_ranges_of_commits_keep_their_repository() -> None:
    events = [{"introduced": "0"}, {"fixed": "a72d2c07cfca03b55371089de6aa230d8c951fa0"}]
    entry = {"ranges": [{"type": "GIT", "repo": "https://git.example.org/demo", "events": events}]}
    value = {"id": "X-1", "aliases": ["CVE-1900-0001"], "modified": "2026-01-01T00:00:00Z", "affected": [entry]}
    value["references"] = [{"type": "WEB", "url": "https://demo.example.org/1"}]
    made = convert(json.dumps(value).encode(), "cve", NOW)
    affected = json.loads(made.body)["containers"]["cna"]["affected"][0]
    assert affected["repo"] == "https://git.example.org/demo"
    assert affected["versions"][0]["versionType"] == "git"
    back = json.loads(convert(made.body, "osv", NOW).body)["affected"][0]["ranges"]
    assert back == [{"type": "GIT", "repo": "https://git.example.org/demo", "events": events}]


def test_of_several_vulnerabilities_none_is_left_out_by_silence() -> None:
    body = told_of_two()
    with pytest.raises(NotConvertible, match="tells of 2 vulnerabilities: choose among CVE-2024-0001, CVE-2024-0002"):
        convert(body, "osv", NOW)
    with pytest.raises(NotConvertible, match="is none of its vulnerabilities"):
        convert(body, "osv", NOW, which="CVE-1999-0001")
    for which, cve, other in (
        ("2", "CVE-2024-0002", "CVE-2024-0001"),
        ("CVE-2024-0001", "CVE-2024-0001", "CVE-2024-0002"),
    ):
        made = json.loads(convert(body, "osv", NOW, which=which).body)
        assert (made["aliases"][0], made["related"]) == (cve, [other])
    assert json.loads(convert(body, "csaf20", NOW).body) == json.loads(body)  # its own form holds both


def test_all_vulnerabilities_of_a_document_become_documents_of_their_own(tmp_path: Path) -> None:
    source = tmp_path / "two.json"
    source.write_bytes(told_of_two())
    said = CliRunner().invoke(cli, ["doc", "convert", str(source), "--to", "osv", "--vulnerability", "all"])
    assert (said.exit_code, "--out" in said.output) == (Exit.USAGE, True)
    words = ["doc", "convert", str(source), "--to", "osv", "--vulnerability", "all", "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(cli, words).exit_code == Exit.OK
    found = [json.loads(each.read_bytes()) for each in sorted((tmp_path / "out").iterdir())]
    assert [each["aliases"][0] for each in found] == ["CVE-2024-0001", "CVE-2024-0002"]
    assert len({each["id"] for each in found}) == 2
    assert all(not lint_errors(each) for each in found)


def told_of_two() -> bytes:
    """Our own CSAF document with its vulnerability twice, under two CVE ids."""
    whole = json.loads(render_all(warehouse())["csaf20"])
    (weakness,) = whole["vulnerabilities"]
    whole["vulnerabilities"] = [{**weakness, "cve": f"CVE-2024-000{number}"} for number in (1, 2)]
    return json.dumps(whole).encode()


def lint_errors(document: object) -> list[str]:
    found = lint("osv.json", json.dumps(document).encode(), NOW)
    return [each.message for each in found.findings if each.severity == "error"]
