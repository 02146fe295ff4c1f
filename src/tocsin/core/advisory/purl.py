# SPDX-License-Identifier: Apache-2.0
"""Package URLs by ECMA-427 and the type definitions that go with it, on top of `packageurl`.

That library reads the general syntax; of what single types demand (a namespace, none, small letters) it knows a part,
and it leaves slashes in qualifiers unencoded. Source: package-url/purl-spec, `types/` and `tests/`, at `16f3d0e39343`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from packageurl import PackageURL

_REQUIRED: Final = frozenset(
    {
        "alpm", "apk", "bitbucket", "composer", "deb", "git", "github", "golang", "huggingface", "maven", "qpkg", "rpm",
        "swift", "vscode-extension",
    }
)  # fmt: skip
_PROHIBITED: Final = frozenset(
    {
        "bazel", "bitnami", "cargo", "chrome-extension", "cocoapods", "conda", "cran", "gem", "hackage", "julia",
        "mlflow", "nuget", "oci", "opam", "otp", "pub", "pypi", "vcpkg",
    }
)  # fmt: skip
_SMALL_NAME: Final = frozenset({"brew", "deb", "otp", "vscode-extension"})
_SMALL_NAMESPACE: Final = frozenset({"brew", "deb", "rpm", "vscode-extension", "yocto"})
_QUALIFIERS: Final = {"julia": ("uuid",), "swid": ("tag_id",)}
_EXTENSION_ID: Final = re.compile(r"[a-p]{32}")
_EXTENSION_VERSION: Final = re.compile(r"\d+(\.\d+){0,3}", re.ASCII)
_SWIFT_SEGMENTS: Final = 2


@dataclass(frozen=True, slots=True)
class Purl:
    """A package URL in its parts, as its type wants them."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: dict[str, str]
    subpath: str

    def __str__(self) -> str:
        """The canonical spelling."""
        given = PackageURL(
            type=self.type,
            namespace=self.namespace or None,
            name=self.name.rpartition("/")[2],
            version=self.version or None,
            qualifiers=self.qualifiers,
            subpath=self.subpath or None,
        ).to_string()
        if "/" in self.name:
            given = given.replace(f"/{self.name.rpartition('/')[2]}", f"/{self.name}", 1)
        path, mark, rest = given.partition("?")
        qualifiers, hash_mark, subpath = rest.partition("#")
        return f"{path}{mark}{qualifiers.replace('/', '%2F')}{hash_mark}{subpath}"


def parse(text: str) -> Purl:
    """Read a package URL; raises ValueError with the rule that it breaks."""
    found = PackageURL.from_string(text)
    return build(
        found.type,
        found.namespace or "",
        found.name,
        found.version or "",
        dict(found.qualifiers),
        found.subpath or "",
    )


def build(
    kind: str, namespace: str, name: str, version: str = "", qualifiers: dict[str, str] | None = None, subpath: str = ""
) -> Purl:
    """A package URL of its parts; raises ValueError as `parse` does."""
    read = PackageURL(kind, namespace or None, name, version or None, qualifiers or None, subpath or None)
    namespace, name = read.namespace or "", read.name
    if read.type == "git" and "/" in namespace:
        namespace, _, rest = namespace.partition("/")
        name = f"{rest}/{name}"
    if read.type == "git" and namespace == "github":
        name = name.lower()
    found = Purl(
        type=read.type,
        namespace=namespace.lower() if read.type in _SMALL_NAMESPACE else namespace,
        name=name.lower() if read.type in _SMALL_NAME else name,
        version=read.version or "",
        qualifiers=dict(read.qualifiers),
        subpath=read.subpath or "",
    )
    broken = _broken(found)
    if broken:
        raise ValueError(f"{read.type}: {broken}")
    return found


def _broken(purl: Purl) -> str:
    """The rule of its type that a package URL breaks, "" for none."""
    if purl.type in _REQUIRED and not purl.namespace:
        return "a namespace is required"
    if purl.type in _PROHIBITED and purl.namespace:
        return "there is no namespace"
    missing = [each for each in _QUALIFIERS.get(purl.type, ()) if each not in purl.qualifiers]
    if missing:
        return f"the qualifier {missing[0]} is required"
    if purl.type == "swift" and len(purl.namespace.split("/")) < _SWIFT_SEGMENTS:
        return "the namespace is a host and an owner"
    if purl.type == "cpan" and "::" in purl.name:
        return "the name is a distribution, not a module"
    if purl.type == "chrome-extension":
        if not _EXTENSION_ID.fullmatch(purl.name):
            return "the name is 32 letters from a to p"
        if purl.version and not _EXTENSION_VERSION.fullmatch(purl.version):
            return "the version is one to four numbers"
    return ""
