# SPDX-License-Identifier: Apache-2.0
"""What one distributor is given ahead of publication: draft documents, patches and checksums, made for it alone.

Every file names its recipient and carries the mark of its copy, so that no two packages are alike and a copy that comes
out says whose it was. The bytes are a function of the case and the recipient: made again, they are the same.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from datetime import datetime

import msgspec

from tocsin.core import distribution
from tocsin.core.advisory.assemble import assemble
from tocsin.core.advisory.model import Advisory, Tlp
from tocsin.core.backports import names
from tocsin.core.formats import FORMATS
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.git import GitFailed


class Package(msgspec.Struct, frozen=True):
    """A package: its name, its bytes, the mark of the copy, and what is in it with SHA-256."""

    name: str
    body: bytes
    mark: str
    files: tuple[tuple[str, str], ...]


def mark(desk: Desk, case: str, party: str) -> str:
    """The mark of one recipient's copy in one case: nobody else can make it or guess it."""
    return distribution.short(desk.tokens.mark("copy", f"{case}/{party}"))


def build(desk: Desk, opened: Opened, party: str, name: str) -> Package:
    """Make the package of one party."""
    case = opened.case
    ends = case.embargo_until or desk.now()
    copy = mark(desk, case.ref, party)
    line = distribution.line(name, copy, f"{ends:%Y-%m-%d %H:%M} UTC")
    advisory = assemble(case, opened.policy, desk.site.public_url, ends)
    draft = msgspec.structs.replace(advisory, tlp=Tlp.AMBER_STRICT)
    files = dict(_files(desk, opened, draft, line))
    digests = tuple((each, hashlib.sha256(body).hexdigest()) for each, body in sorted(files.items()))
    sums = "".join(f"{digest}  {each}\n" for each, digest in digests).encode()
    folder = f"{case.advisory_id or 'advisory'}-{copy}"
    return Package(name=f"{folder}.tar.gz", body=_packed(folder, {**files, "SHA256SUMS": sums}, ends), mark=copy,
                   files=digests)  # fmt: skip


def _files(desk: Desk, opened: Opened, draft: Advisory, line: str) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", f"{line}\n\n{distribution.terms(opened.policy).text}".encode()
    for each in FORMATS:
        if each.marked is not None and not any(loss.blocks for loss in each.cannot_express(draft)):
            yield f"draft/{each.file_name(draft)}", each.marked(each.render(draft), line)
    yield from _patches(desk, opened, line)


def _patches(desk: Desk, opened: Opened, line: str) -> Iterator[tuple[str, bytes]]:
    """A patch for each line of releases that has a fix; the line of the copy stands before the difference, where every
    tool that applies patches passes over it."""
    repository = desk.mirrors.open(opened.case.project)
    if repository is None:
        return
    name = opened.case.cve_id or opened.case.advisory_id or "fix"
    for each in opened.case.lines:
        if not each.commit:
            continue
        try:
            patch = repository.patch(each.commit)
        except GitFailed:
            continue
        head, cut, rest = patch.partition("\n---\n")
        marked = f"{head}\n\n{line}\n---\n{rest}" if cut else f"{line}\n{patch}"
        yield f"patches/{names.patch(name, each.line)}", marked.encode()


def _packed(folder: str, files: dict[str, bytes], at: datetime) -> bytes:
    """A tar.gz whose bytes depend on nothing but what is in it."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, body in sorted(files.items()):
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size, info.mtime, info.mode = len(body), int(at.timestamp()), 0o644
            tar.addfile(info, io.BytesIO(body))
    return gzip.compress(raw.getvalue(), mtime=0)
