# SPDX-License-Identifier: Apache-2.0
"""Random advisories are valid for two independent validators and agree; one changed value is named. `--deep`: 1,000."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from prototyyppi.csaf.v20 import validate as validate_20
from prototyyppi.csaf.v21csd03._validator import validate as validate_21

from tests.advisory.samples import warehouse
from tests.advisory.strategies import advisories
from tocsin.core.advisory import Advisory
from tocsin.core.formats import FORMATS, disagreements, findings, format_named, render_all, schema_violations
from tocsin.core.formats.encode import json_bytes
from tocsin.core.formats.other import OTHERS
from tocsin.core.formats.schema import bundled
from tocsin.core.vocabulary import Affectedness
from tocsin.services.documents import csaf
from tocsin.services.documents.lint import kind_of

pytestmark = pytest.mark.slow

JSON = tuple(each.name for each in FORMATS if "json" in each.media_type)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
UNSETTLED = "csaf21-report"
"""The draft's test 6.1.26 refuses the category of this profile of its own."""
CONTRADICTED = {"6.1.35", "6.1.36"}
"""The validator's tables for these are not those of the draft (docs/reference/conformance.md)."""


@cache
def second(name: str) -> Any:
    """A validator of another make for a format's schema; it knows no formats of strings, the first one does."""
    return jsonschema.Draft202012Validator(bundled(format_named(name).schema), registry=_registry())


@cache
def _registry() -> Any:
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    from tocsin.core.formats.schema import REFERENCED

    known = [
        (uri, Resource.from_contents(bundled(name), default_specification=DRAFT7)) for uri, name in REFERENCED.items()
    ]
    return Registry().with_resources(known)


def broken(name: str, document: bytes) -> Iterator[str]:
    """What a second validator says against a document: of CSAF the mandatory tests, of the others the schema."""
    value = json.loads(document)
    if name in ("csaf20", "csaf21"):
        report = (validate_20 if name == "csaf20" else validate_21)(value, preset="basic")
        for each in report.results:
            if not each.passed and not each.skipped and each.id not in CONTRADICTED:
                yield f"{each.id}: {each.errors[:1]}"
        edition = "2.0" if name == "csaf20" else "2.1"
        yield from (str(each) for each in csaf.findings(edition, value, document) if each.test.startswith("6.1"))
    elif name in ("openvex", "osv", "ghsa"):
        yield from (error.message for error in second(name).iter_errors(value))


def judge(advisory: Advisory) -> None:
    documents = render_all(advisory)
    assert findings(documents, advisory) == ()
    assert disagreements(documents) == ()
    for name in JSON:
        if name in documents:
            assert list(broken(name, documents[name])) == [], name
            assert kind_of(documents[name]) is not None
    for each in OTHERS.values():
        if not any(loss.blocks for loss in each.cannot_express(advisory)):
            document = each.render(advisory)
            if each.schema:
                assert schema_violations(each.schema, document) == (), each.name
                found = broken(each.name.partition("-")[0], document)
                assert [one for one in found if "6.1.26" not in one or each.name != UNSETTLED] == [], each.name


@settings(suppress_health_check=SLOW, max_examples=15)
@given(advisory=advisories())
def test_random_advisories_are_valid_for_two_validators_and_agree(advisory: Advisory) -> None:
    judge(advisory)


def test_an_advisory_with_unsupported_and_without_affected_lines_is_valid_for_two_validators() -> None:
    (product,) = warehouse().products
    lines = tuple(each for each in product.lines if not each.vulnerable)
    assert {each.state for each in lines} == {Affectedness.NOT_AFFECTED, Affectedness.UNSUPPORTED}
    judge(replace(warehouse(), products=(replace(product, lines=lines),)))


@pytest.mark.deep
@settings(suppress_health_check=SLOW, max_examples=1_000)
@given(advisory=advisories())
def test_a_thousand_random_advisories_are_valid_for_two_validators_and_agree(advisory: Advisory) -> None:
    judge(advisory)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to every string and number of a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield path


def changed(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The document with one value changed so that it still is of its kind."""
    copied = copy.deepcopy(document)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    if isinstance(value, str):
        digits = [at for at, char in enumerate(value) if char.isdigit()]
        at = digits[-1] if digits else len(value) - 1
        mark = str((int(value[at]) + 1) % 10) if digits else "x"
        holder[path[-1]] = value[:at] + mark + value[at + 1 :]
    else:
        holder[path[-1]] = value + 1
    return copied


@settings(suppress_health_check=SLOW, max_examples=150)
@given(data=st.data(), name=st.sampled_from(JSON))
def test_one_changed_value_that_is_a_fact_is_named_with_its_document(data: st.DataObject, name: str) -> None:
    advisory = warehouse()
    documents = render_all(advisory)
    value = json.loads(documents[name])
    path = data.draw(st.sampled_from(sorted(leaves(value), key=str)))
    mutated = json_bytes(changed(value, path))
    each = format_named(name)
    try:
        told = each.facts(mutated)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        told = {}
    assume(told != each.facts(documents[name]))
    found = disagreements({**documents, name: mutated}, advisory)
    assert {one.document for one in found} == {name}
