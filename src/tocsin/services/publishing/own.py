# SPDX-License-Identifier: Apache-2.0
"""The targets that need nobody else: the release that has the fix, and the project's own site with all that is on it.

Nothing is sent anywhere. The page and its documents are put on the shelf by `services.publication`; the rest of the
site is made from the shelf, and is looked at here file by file, as a web server would serve it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.core.advisory.model import Advisory
from tocsin.core.backports.facts import State
from tocsin.core.case.model import Case
from tocsin.core.disclosure import Cleared
from tocsin.core.policy.model import Policy
from tocsin.core.publication import Stage, Wanted
from tocsin.core.vocabulary import Refused
from tocsin.services import branches, publication
from tocsin.services.app import Desk
from tocsin.services.outward import outward
from tocsin.services.ports.shelf import Document
from tocsin.services.ports.site import TreeReader
from tocsin.services.ports.targets import Found, Matter, Payload, Rejected, Target, Trouble
from tocsin.services.publishing.packet import Packet
from tocsin.services.site.writer import FORMATS, feed_path

FEEDS: Final = ("atom", "json", "rss")


def _versions(advisory: Advisory) -> tuple[str, ...]:
    """The releases that an advisory says to update to, each once."""
    return tuple(dict.fromkeys(each for product in advisory.products for each in product.fixed_versions))


def manifest(documents: Sequence[Document]) -> bytes:
    """The documents with their SHA-256, as `sha256sum` writes them."""
    return "".join(f"{each.sha256}  {each.name}\n" for each in documents).encode()


@dataclass(frozen=True)
class Releases:
    """Git's tags hold the fix: who reads the advisory finds something to install (S58)."""

    desk: Desk
    case: Case
    kind: str = "releases"
    stage: Stage = Stage.RELEASES
    blind: bool = False

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where the policy publishes after the release, git was asked for the fix, and the advisory names a release."""
        promised = bool(policy.publish and policy.publish.after_release and self.case.asked.fix)
        return (Wanted(kind=self.kind, stage=self.stage),) if promised and _versions(advisory) else ()

    def preview(self, matter: Matter) -> Payload:
        """The versions that have to be there."""
        body = "".join(f"{each}\n" for each in _versions(matter.advisory))
        return Payload(key=matter.advisory.id, media_type="text/plain", body=body.encode(), about="releases looked for")

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Ask git which releases have the fix. The project makes them, so what lacks is waited for."""
        if not payload.body:
            raise Rejected("the advisory names no release any more: its lines changed after it was ordered")
        told = branches.facts(self.desk, self.case, self.case.asked)
        if isinstance(told, Refused):
            raise Trouble(" ".join((told.because, *told.missing)))
        out = {each.fixed_in for each in told.lines if each.state is State.FIXED}
        missing = [each for each in payload.body.decode().split() if each not in out]
        if missing:
            raise Trouble(f"no tag with the fix yet for {', '.join(missing)}")
        return Found(where=", ".join(payload.body.decode().split()), same=True)

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Nothing: Tocsin releases nothing."""
        raise Trouble("the releases are not out yet")

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """The same as looking."""
        return self.find(matter, payload)


@dataclass(frozen=True)
class Site:
    """The page and its documents. `services.publication.perform` writes and reads them; here is what they are."""

    kind: str = "site"
    stage: Stage = Stage.SITE
    blind: bool = False

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Always."""
        return (Wanted(kind=self.kind, stage=self.stage, key=advisory.id, required=True),)

    def preview(self, matter: Matter) -> Payload:
        """Every document with its hash."""
        body = manifest(matter.documents)
        return Payload(key=matter.advisory.id, media_type="text/plain", body=body, about=matter.advisory.urls.page)

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """The shelf looks for itself."""
        return None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Never called: `carry` has `publication.perform` do it, which records what was read back."""
        raise Rejected("the own site is written by publication.perform")

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """Read back by `publication.perform`."""
        return None


@dataclass(frozen=True)
class Filed:
    """One part of the own site besides the page: `files` of the tree that have to say so."""

    desk: Desk
    tree: TreeReader
    kind: str
    stage: Stage = Stage.FEEDS
    blind: bool = False

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Always, where there is a tree."""
        return (Wanted(kind=self.kind, stage=self.stage, key=advisory.id, required=self.stage is Stage.FEEDS),)

    def preview(self, matter: Matter) -> Payload:
        """The files that are looked at, each with what it has to hold."""
        body = "".join(f"{path}  {_short(needle)}\n" for path, needle in self._expected(matter))
        about = "files of the own site, made from the documents"
        return Payload(key=matter.advisory.id, media_type="text/plain", body=body.encode(), about=about)

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Whether everything is there already."""
        return self.read_back(matter, payload)

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Bring the tree up to the shelf."""
        publication.keep_site(self.desk, lists=self.stage is not Stage.FEEDS)
        return Found(where=self._expected(matter)[0][0], same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """Read every file as the front serves it."""
        expected = self._expected(matter)
        for path, needle in expected:
            file = self.tree.file(path)
            if file is None or needle not in file.body:
                return None
        return Found(where=f"{self.desk.site.public_url}/{expected[0][0]}", same=True)

    def _expected(self, matter: Matter) -> list[tuple[str, bytes]]:
        advisory, project = matter.advisory, matter.project
        if self.kind == "feeds":
            return [(feed_path(project, kind, 0), advisory.urls.page.encode()) for kind in FEEDS]
        if self.kind == "osv":
            found = matter.document("osv")
            return [(f"osv/{found.name}", found.body)] if found else []
        path = "/".join(advisory.urls.csaf.rsplit("/", 2)[-2:])
        if self.kind == "csaf":
            return [
                (f"{edition.folder}/{path}{suffix}", body)
                for name, edition in FORMATS.items()
                if (found := matter.document(name))
                for suffix, body in (("", found.body), (".sha256", found.sha256.encode()))
            ]
        return [(f"{edition.folder}/index.txt", path.encode()) for edition in FORMATS.values()]


def _short(needle: bytes) -> str:
    if len(needle) <= 120:
        return needle.decode()
    return f"{hashlib.sha256(needle).hexdigest()} ({len(needle)} bytes)"


def own(desk: Desk, case: Case) -> tuple[Target, ...]:
    """The targets that every installation has, and those that the case's project has set up outside."""
    found: list[Target] = [Releases(desk, case), Site(), Packet()]
    if desk.press is not None:
        tree = desk.press.tree
        found += [Filed(desk, tree, kind) for kind in ("feeds", "csaf", "osv")]
        found.append(Filed(desk, tree, "listings", Stage.ELSEWHERE))
    return (*found, *outward(desk, case))
