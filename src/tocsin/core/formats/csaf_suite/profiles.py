# SPDX-License-Identifier: Apache-2.0
"""Profile tests of CSAF 2.0 (6.1.27.1 to 6.1.27.11), each under its own number."""

from __future__ import annotations

from typing import Any, Final

from tocsin.core.formats.csaf_suite.walk import Found, Test, get, objects, spoken_of, strings, text, vulnerabilities

_INFORMATIONAL: Final = "csaf_informational_advisory"
_INCIDENT: Final = frozenset({_INFORMATIONAL, "csaf_security_incident_response"})
_ADVISORY: Final = "csaf_security_advisory"
_VEX: Final = "csaf_vex"
_BOTH: Final = frozenset({_ADVISORY, _VEX})
_TELLING: Final = frozenset({"description", "details", "general", "summary"})
_VEX_STATUS: Final = ("fixed", "known_affected", "known_not_affected", "under_investigation")


def _profile(document: dict[str, Any]) -> str:
    return text(document, "document", "category")


def _document_notes(document: dict[str, Any]) -> Found:
    notes = (text(each, "category") for _, each in objects(document, "document", "notes"))
    if _profile(document) in _INCIDENT and not _TELLING.intersection(notes):
        yield "/document/notes", "no note is a description, details, general or summary"


def _document_references(document: dict[str, Any]) -> Found:
    kinds = [text(each, "category") for _, each in objects(document, "document", "references")]
    if _profile(document) in _INCIDENT and "external" not in kinds:
        yield "/document/references", "no reference is external"


def _no_vulnerabilities(document: dict[str, Any]) -> Found:
    if _profile(document) == _INFORMATIONAL and "vulnerabilities" in document:
        yield "/vulnerabilities", "an informational advisory has no vulnerabilities"


def _product_tree(document: dict[str, Any]) -> Found:
    if _profile(document) in _BOTH and "product_tree" not in document:
        yield "/product_tree", "the profile needs a product tree"


def _vulnerability_notes(document: dict[str, Any]) -> Found:
    if _profile(document) in _BOTH:
        for at, each in vulnerabilities(document):
            if "notes" not in each:
                yield f"{at}/notes", "the vulnerability has no notes"


def _product_status(document: dict[str, Any]) -> Found:
    if _profile(document) == _ADVISORY:
        for at, each in vulnerabilities(document):
            if "product_status" not in each:
                yield f"{at}/product_status", "the vulnerability has no product status"


def _vex_status(document: dict[str, Any]) -> Found:
    if _profile(document) == _VEX:
        for at, each in vulnerabilities(document):
            if not any(get(each, "product_status", name) for name in _VEX_STATUS):
                yield f"{at}/product_status", f"none of {', '.join(_VEX_STATUS)} is there"


def _vulnerability_id(document: dict[str, Any]) -> Found:
    if _profile(document) == _VEX:
        for at, each in vulnerabilities(document):
            if "cve" not in each and "ids" not in each:
                yield at, "the vulnerability has neither a CVE id nor another"


def _impact_statement(document: dict[str, Any]) -> Found:
    if _profile(document) == _VEX:
        for at, each in vulnerabilities(document):
            flags = [flag for _, flag in objects(each, "flags")]
            threats = [threat for _, threat in objects(each, "threats") if threat.get("category") == "impact"]
            told = spoken_of(document, (*flags, *threats))
            for place, product in enumerate(strings(each, "product_status", "known_not_affected")):
                if product not in told:
                    where = f"{at}/product_status/known_not_affected/{place}"
                    yield where, f"nothing says why {product} is not affected"


def _action_statement(document: dict[str, Any]) -> Found:
    if _profile(document) == _VEX:
        for at, each in vulnerabilities(document):
            told = spoken_of(document, (remedy for _, remedy in objects(each, "remediations")))
            for place, product in enumerate(strings(each, "product_status", "known_affected")):
                if product not in told:
                    yield f"{at}/product_status/known_affected/{place}", f"nothing says what to do about {product}"


def _vulnerabilities(document: dict[str, Any]) -> Found:
    if _profile(document) in _BOTH and "vulnerabilities" not in document:
        yield "/vulnerabilities", "the profile needs vulnerabilities"


TESTS: Final[dict[str, Test]] = {
    "6.1.27.1": _document_notes,
    "6.1.27.2": _document_references,
    "6.1.27.3": _no_vulnerabilities,
    "6.1.27.4": _product_tree,
    "6.1.27.5": _vulnerability_notes,
    "6.1.27.6": _product_status,
    "6.1.27.7": _vex_status,
    "6.1.27.8": _vulnerability_id,
    "6.1.27.9": _impact_statement,
    "6.1.27.10": _action_statement,
    "6.1.27.11": _vulnerabilities,
}
