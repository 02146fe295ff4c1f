# SPDX-License-Identifier: Apache-2.0
"""The official schemas of what a CSAF provider says of itself, beside the repository."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from tests.support import shared
from tocsin.core.feeds.csaf import Edition
from tocsin.core.formats.schema import REFERENCED, bundled

_PLACES = {
    Edition.V20: ("csaf-2.0", "provider_json_schema.json", "csaf_json_schema.json"),
    Edition.V21: ("csaf-2.1", "provider.json", "csaf.json"),
}


@cache
def _validator(edition: Edition) -> Any:
    folder, own, documents = _PLACES[edition]
    schemas = [json.loads(shared("standards", folder, "schema", name).read_bytes()) for name in (own, documents)]
    known = [(each["$id"], each) for each in schemas] + [(uri, bundled(name)) for uri, name in REFERENCED.items()]
    registry = jsonschema_rs.Registry(known)
    return jsonschema_rs.validator_for(schemas[0], registry=registry)


def wrong_with_metadata(edition: Edition, found: object) -> list[str]:
    """What the schema says against a `provider-metadata.json`."""
    return [each.message for each in _validator(edition).iter_errors(found)]


@cache
def _rolie() -> Any:
    schema = shared("standards", "csaf-distribution", "ROLIE_feed_json_schema.json")
    return jsonschema_rs.validator_for(json.loads(schema.read_bytes()))


def wrong_with_feed(found: object) -> list[str]:
    """What the schema of the reference provider says against a ROLIE feed."""
    return [each.message for each in _rolie().iter_errors(found)]
