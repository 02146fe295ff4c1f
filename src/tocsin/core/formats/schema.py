# SPDX-License-Identifier: Apache-2.0
"""Holds documents against their official JSON schemas, formats included, and never fetches anything.

The schemas lie beside this file (`schemas/`, with their licences). CSAF's refer to others by address; those addresses
are registered, and an address that is not fails instead of being fetched. What a schema cannot say, the format's test
suite must.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs
import msgspec

from tocsin.core.vocabulary import Value

_REFERENCED: Final = {
    "https://www.first.org/cvss/cvss-v2.0.json": "cvss-v2.0",
    "https://www.first.org/cvss/cvss-v3.0.json": "cvss-v3.0",
    "https://www.first.org/cvss/cvss-v3.1.json": "cvss-v3.1",
    "https://www.first.org/cvss/cvss-v4.0.json": "cvss-v4.0",
    "http://cyclonedx.org/schema/cryptography-defs.schema.json": "cryptography-defs.schema",
    "http://cyclonedx.org/schema/jsf-0.82.schema.json": "jsf-0.82.schema",
    "http://cyclonedx.org/schema/spdx.schema.json": "spdx.schema",
    "https://certcc.github.io/SSVC/data/schema/v2/SelectionList_2_0_0.schema.json": "ssvc-selection-list-2.0.0",
    "https://www.first.org/cvss/meta.json": "cvss-v4.0-meta",
    "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/meta.json": "csaf-2.1-meta",
    "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-content.json": "csaf-2.1-extension-content",
    "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/extension-metaschema.json": "csaf-2.1-extension-metaschema",
}


class Violation(Value):
    """A place in a document (JSON pointer) and what the schema says about it."""

    path: str
    message: str


def schema_violations(schema: str, document: bytes, limit: int = 50) -> tuple[Violation, ...]:
    """What is wrong with a document by the schema of that name (`osv-1.7.5`, `cve-5.1.1`, `csaf-2.0`).

    Bytes that are no JSON are one violation at the root. Raises FileNotFoundError for a schema that is not there.
    """
    try:
        instance: Any = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return (Violation(path="", message=f"not JSON: {wrong}"),)
    found = []
    for error in _validator(schema).iter_errors(instance):
        path = "".join(f"/{_escaped(str(part))}" for part in error.instance_path)
        found.append(Violation(path=path, message=error.message[:500]))
        if len(found) == limit:
            break
    return tuple(found)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    registry = jsonschema_rs.Registry([(uri, _load(name)) for uri, name in _REFERENCED.items()])
    return jsonschema_rs.validator_for(_load(schema), validate_formats=True, registry=registry, offline=True)


def _load(name: str) -> Any:
    file = resources.files("tocsin.core.formats").joinpath("schemas", f"{name}.json")
    return msgspec.json.decode(file.read_bytes())
