# SPDX-License-Identifier: Apache-2.0
"""Tells what a document is: by the marks that its standard demands, never by a file's name.

A version that nobody knows is told apart from a document that nobody knows: the first has an answer.
"""

from __future__ import annotations

from typing import Any, Final

from tocsin.core.vocabulary import Value


class Kind(Value):
    """A format and the version that a document claims; `known` says whether there are rules for it."""

    format: str
    version: str
    known: bool = True


CSAF: Final = ("2.0", "2.1")
CVE: Final = ("5.0", "5.1", "5.2")
OSV: Final = "1"
OPENVEX: Final = "0.2.0"
CYCLONEDX: Final = ("1.4", "1.5", "1.6", "1.7")
FORMATS: Final = ("csaf", "cve", "osv", "openvex", "cyclonedx", "ghsa", "security.txt")
"""What a format is called."""
ALIASES: Final = {
    "cdx": "cyclonedx", "csaf-2.0": "csaf", "csaf-2.1": "csaf", "csaf2.0": "csaf", "csaf2.1": "csaf", "csaf20": "csaf",
    "csaf21": "csaf", "cve5": "cve", "github": "ghsa", "security-txt": "security.txt", "vex": "openvex",
}  # fmt: skip
"""Other names that people type; a document's version is its own to say."""
NAMES: Final = (*FORMATS, *sorted(ALIASES))

_OPENVEX: Final = "https://openvex.dev/ns"
_TEXT: Final = "security.txt"


def detect(value: Any, body: bytes = b"") -> Kind | None:
    """The kind of a decoded document; None where nothing tells. `body` is looked at where it is no JSON."""
    if value is None and looks_like_security_txt(body):
        return Kind(format=_TEXT, version="RFC 9116")
    if not isinstance(value, dict):
        return None
    for look in (_csaf, _cve, _openvex, _cyclonedx, _osv, _ghsa):
        found = look(value)
        if found:
            return found
    return None


def as_kind(name: str, value: Any) -> Kind:
    """The kind when somebody says the format; the version is still the document's own."""
    look = {
        "csaf": _csaf,
        "cve": _cve,
        "openvex": _openvex,
        "cyclonedx": _cyclonedx,
        "osv": _osv,
        "ghsa": _ghsa,
    }.get(name)
    found = look(value) if look and isinstance(value, dict) else None
    newest = {"csaf": "2.0", "cve": "5.2", "openvex": OPENVEX, "cyclonedx": "1.7", "osv": "1.7.5", "ghsa": "create"}
    return found or Kind(format=name, version=newest.get(name, "RFC 9116"))


def looks_like_security_txt(body: bytes) -> bool:
    """Whether some line names a contact, as every security.txt must."""
    lines = body[:65_536].splitlines()
    return any(line.strip().lower().startswith((b"contact:", b"-----begin pgp signed")) for line in lines)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _csaf(value: dict[str, Any]) -> Kind | None:
    head = value.get("document")
    if not isinstance(head, dict) or not ("csaf_version" in head or {"tracking", "publisher"} <= set(head)):
        return None
    version = _text(head.get("csaf_version"))
    if not version:
        version = "2.1" if "csaf/v2.1" in _text(value.get("$schema")) else "2.0"
    return Kind(format="csaf", version=version, known=version in CSAF)


def _cve(value: dict[str, Any]) -> Kind | None:
    if value.get("dataType") == "CVE_RECORD" or {"cveMetadata", "containers"} & set(value):
        version = _text(value.get("dataVersion")) or "5.1"
        major = ".".join(version.split(".")[:2])
        return Kind(format="cve", version=version, known=major in CVE)
    if "cnaContainer" in value:
        return Kind(format="cve", version="container")
    if value.get("data_type") == "CVE":
        return Kind(format="cve", version=_text(value.get("data_version")) or "4.0", known=False)
    return None


def _openvex(value: dict[str, Any]) -> Kind | None:
    context = _text(value.get("@context"))
    if not context.startswith(_OPENVEX) and not ("statements" in value and "@id" in value):
        return None
    version = context.removeprefix(_OPENVEX).strip("/").removeprefix("v") or "0.0.1"
    return Kind(format="openvex", version=version, known=version == OPENVEX)


def _cyclonedx(value: dict[str, Any]) -> Kind | None:
    if value.get("bomFormat") != "CycloneDX" and not {"specVersion", "components"} <= set(value):
        return None
    version = _text(value.get("specVersion"))
    return Kind(format="cyclonedx", version=version, known=version in CYCLONEDX)


def _osv(value: dict[str, Any]) -> Kind | None:
    if not isinstance(value.get("id"), str) or not {"modified", "affected", "schema_version"} & set(value):
        return None
    version = _text(value.get("schema_version")) or "1.0.0"
    return Kind(format="osv", version=version, known=version.split(".")[0] == OSV)


def _ghsa(value: dict[str, Any]) -> Kind | None:
    if "ghsa_id" in value or "ghsaId" in value:
        return Kind(format="ghsa", version="advisory")
    if isinstance(value.get("security_advisory"), dict) or isinstance(value.get("repository_advisory"), dict):
        return Kind(format="ghsa", version="webhook")
    if "summary" in value and "vulnerabilities" in value:
        return Kind(format="ghsa", version="create")
    return None
