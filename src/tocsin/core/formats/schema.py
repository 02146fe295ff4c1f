# SPDX-License-Identifier: Apache-2.0
"""Holds documents against their official JSON schemas, formats included, and never fetches anything.

The schemas lie beside this file (`schemas/`, with their licences). CSAF's refer to others by address; those addresses
are registered, and an address that is not fails instead of being fetched. What a schema cannot say, the format's test
suite must.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    import jsonschema_rs

REFERENCED: Final = {
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
"""Addresses under which the schemas refer to others, and where those lie."""

CVE_52: Final = "cve-5.2.0"
_MANY: Final = 10


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
    return instance_violations(schema, instance, limit)


def instance_violations(schema: str, instance: object, limit: int = 50) -> tuple[Violation, ...]:
    """The same for what has been decoded already."""
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
    import jsonschema_rs  # three megabytes that a process which checks nothing does without

    registry = jsonschema_rs.Registry([(uri, bundled(name)) for uri, name in REFERENCED.items()])
    quicker = tenths(bundled(schema))
    return jsonschema_rs.validator_for(quicker, validate_formats=True, registry=registry, offline=True)


def tenths(schema: Any) -> Any:
    """The schema with lists of every tenth between two numbers written as bounds and a step.

    CVE's schema lists the 101 scores of CVSS so; going through such lists took twenty times as long as all the rest.
    """
    if isinstance(schema, list):
        return [tenths(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: tenths(each) for name, each in schema.items()}
    listed = found.get("enum")
    if isinstance(listed, list) and len(listed) >= _MANY and all(isinstance(each, (int, float)) for each in listed):
        tens = [round(each * 10) for each in listed]
        if tens == list(range(tens[0], tens[0] + len(tens))):
            del found["enum"]
            found |= {"type": "number", "minimum": listed[0], "maximum": listed[-1], "multipleOf": 0.1}
    return found


def bundled(name: str) -> Any:
    """The schema of that name, as it ships or as it follows from one that does; FileNotFoundError for an unknown."""
    if name.startswith(CVE_52):
        return _cve_state(_with_package_url(bundled("cve-5.1.1")), name.removeprefix(CVE_52))
    if name.startswith("cve-5.1.1-"):
        return _cve_state(bundled("cve-5.1.1"), name.removeprefix("cve-5.1.1"))
    file = resources.files("tocsin.core.formats").joinpath("schemas", f"{name}.json")
    return msgspec.json.decode(file.read_bytes())


def _with_package_url(schema: dict[str, Any]) -> dict[str, Any]:
    """CVE Record Format 5.2.0 out of 5.1.1: `packageURL` may name a product, and nothing unknown may stand beside it.

    Source: release notes of 5.2.0 (29 Oct 2025); the bundle itself could not be had.
    """
    product = schema["definitions"]["product"]
    alone = {"not": {"anyOf": [{"required": ["collectionURL"]}, {"required": ["packageName"]}]}}
    product["allOf"][0]["anyOf"].append({"required": ["packageURL"]})
    product["allOf"].append({"anyOf": [{"not": {"required": ["packageURL"]}}, alone]})
    product["properties"]["packageURL"] = {
        "type": "string",
        "pattern": "^pkg:[A-Za-z][A-Za-z0-9.+-]*/[^@]+$",
        "maxLength": 2048,
    }
    product["additionalProperties"] = False
    return schema


def _cve_state(schema: dict[str, Any], state: str) -> dict[str, Any]:
    """The schema of one state of a record, so that what is wrong is told in place and not as `none of both`."""
    if state == "-submission":
        return _submission(schema)
    if state:
        both = schema.pop("oneOf")
        schema |= both[0 if state == "-published" else 1]
    return schema


def _submission(schema: dict[str, Any]) -> dict[str, Any]:
    """What a CNA sends to CVE Services: its container, which the service dates and signs with the organisation."""
    container = {"$ref": "#/definitions/cnaPublishedContainer"}
    rejected = {"$ref": "#/definitions/cnaRejectedContainer"}
    body = {
        "type": "object",
        "required": ["cnaContainer"],
        "properties": {"cnaContainer": {"anyOf": [container, rejected]}},
    }
    del schema["oneOf"]
    return {**schema, **body}
