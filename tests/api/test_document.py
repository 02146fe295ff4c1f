# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document: valid, complete, the same from the terminal, and told in the reference."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from tests.api.conftest import Half
from tests.support import ROOT
from tocsin.core.wire.case import Case
from tocsin.delivery.api import problems, schema
from tocsin.delivery.api.desk.routes import api as desk_api
from tocsin.delivery.api.front.routes import api as front_api
from tocsin.delivery.desk.forms import FORMS
from tocsin.services.office.deeds import DEEDS
from tocsin.services.office.moves import moves

HALVES = {"desk": desk_api, "front": front_api}
TEXT = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("half", HALVES)
def test_the_document_explains_every_shape_it_speaks_of(half: str) -> None:
    told = schema.document(HALVES[half], "https://example.org")
    assert told["openapi"] == "3.1.0"
    used = set(schema._refs(told))
    assert used == set(told["components"]["schemas"])
    for name, shape in told["components"]["schemas"].items():
        jsonschema_rs.Draft202012Validator({**shape, "components": told["components"]})
        assert shape.get("description") or shape.get("enum"), name


def test_every_operation_has_a_name_a_purpose_and_a_tag() -> None:
    for api in HALVES.values():
        names = [
            operation["operationId"]
            for methods in schema.document(api, "")["paths"].values()
            for operation in methods.values()
            if operation["description"] and operation["tags"]
        ]
        assert len(names) == len(set(names)) == sum(map(len, schema.document(api, "")["paths"].values()))


def test_every_move_of_people_is_an_operation() -> None:
    paths = schema.document(desk_api, "")["paths"]
    assert {f"/api/v1/cases/{{ref}}/moves/{name}" for name in (*moves(), *DEEDS)} <= set(paths)


def test_everything_that_is_done_at_the_desk_can_be_asked_for() -> None:
    elsewhere = {
        "note": "say",
        "reply": "say",
        "write": "say",
        "cve": "set-cve",
        "lines": "set-lines",
        "fix": "set-fix",
        "take": "accept",
    }
    never = {
        "shred",  # no token destroys a case: two people do, in person
        "verify-key",  # no program compares a fingerprint with its owner's
        "mail-again",  # mail is the installation's and no part of a case
    }
    assert {elsewhere.get(name, name) for name in FORMS} - never <= {*moves(), *DEEDS}


def test_every_text_and_number_that_can_be_sent_is_bounded() -> None:
    told = schema.document(desk_api, "")
    sent = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        for path, methods in told["paths"].items()
        for operation in methods.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    shapes = told["components"]["schemas"]
    waiting, seen = list(sent), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += schema._refs(shapes[name])
        for field, kind in shapes[name].get("properties", {}).items():
            for each in kind.get("anyOf", [kind]):
                where = f"{name}.{field}"
                assert each.get("type") != "string" or {"maxLength", "format", "enum"} & set(each), where
                assert each.get("type") not in ("integer", "number") or {"minimum", "maximum"} <= set(each), where
                assert each.get("type") != "array" or "maxItems" in each, where


@pytest.mark.slow
def test_the_terminal_prints_the_document_that_is_served(house: object, desk: Half, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tocsin.boot.main", "api", "schema"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=True)
    printed, served = json.loads(done.stdout), desk.get("/openapi.json")
    assert printed["paths"] == served["paths"]
    assert printed["components"] == served["components"]


def test_the_reference_lists_every_address_and_every_code() -> None:
    for half, api in HALVES.items():
        listed = set(re.findall(rf"^\| `{half}` \| `([A-Z]+ /[^`?]*)", TEXT, re.MULTILINE))
        there = {
            f"{method.upper()} {path.removeprefix('/api/v1')}"
            for path, methods in schema.document(api, "")["paths"].items()
            for method in methods
            if "/moves/" not in path
        }
        if half == "desk":
            there.add("POST /cases/{ref}/moves/{move}")
        assert listed == there, half
    assert set(re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE)) >= set(problems.CODES)


def test_a_case_tells_what_the_reference_shows() -> None:
    assert {"seq", "tlp", "promises", "gates", "asks"} <= set(Case.__struct_fields__)
