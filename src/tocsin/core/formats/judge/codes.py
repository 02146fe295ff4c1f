# SPDX-License-Identifier: Apache-2.0
"""What the codes of `tocsin lint document` mean. CSAF tests go by their number in the standard, CNA rules by theirs."""

from __future__ import annotations

from typing import Final

from tocsin.core.formats.judge.cna_rules import REJECTED, RULES

OWN: Final = {
    "agreement": "Documents of one advisory say different things; the one that differs from most is named.",
    "cyclonedx.ref": "A vulnerability refers to something that is not in the document.",
    "format.unknown": "Nothing tells what the document is.",
    "format.version": "There are no rules for the version that the document names.",
    "input.depth": "Lists and objects are nested deeper than 100 levels.",
    "input.duplicate-key": "A name is given twice in one object; readers disagree on which one counts.",
    "input.encoding": "The bytes are not UTF-8, begin with a byte order mark, or hold half of a character.",
    "input.json": "The bytes are not JSON.",
    "input.size": "The file is larger than 32 MiB and is not read.",
    "openvex.affected": "A statement `affected` has no action statement.",
    "openvex.justification": "A justification stands beside a status other than `not_affected`.",
    "openvex.not-affected": "A statement `not_affected` says neither why nor with what effect.",
    "osv.alias-itself": "A record is its own alias, related or upstream record.",
    "osv.dates": "A record was changed before it was published.",
    "osv.introduced": "No event says where a range begins.",
    "osv.package-missing": "A range of versions does not say of which package.",
    "osv.purl": "A package URL breaks a rule of its type.",
    "osv.purl-version": "A package URL names a version.",
    "osv.range-distinct": "A range is given twice.",
    "osv.range-order": "A range ends before it begins.",
    "schema": "The document does not meet the official schema of its format.",
}

CNA: Final = {f"CNA {rule.number}": f"{rule.text} {rule.remedy}" for rule, _ in (*RULES, *REJECTED)}
"""Rules for CNAs with their remedies; of two with one number, the last."""
