# SPDX-License-Identifier: Apache-2.0
"""The published tree, as any web server would give it out: CSAF provider, OSV dump, feeds, printed advisories.

Who has the newest already is answered without a database and without reading a file. No redirect, no check of who asks
with what (CSAF 2.1, requirements 6 and 24), and pages of other sites may read along (requirement 25).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from tocsin.core.feeds import atom, jsonfeed, rss
from tocsin.core.feeds.entry import Page
from tocsin.delivery.public.answers import unchanged
from tocsin.delivery.public.request import PublicRequest, house
from tocsin.services.site.lines import KINDS as LINE_FEEDS
from tocsin.services.site.lines import line_path

_TYPES: Final = {
    "asc": "text/plain; charset=utf-8", "atom": atom.MEDIA_TYPE, "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8", "json": "application/json", "pdf": "application/pdf", "rss": rss.MEDIA_TYPE,
    "svg": "image/svg+xml",
    "sha256": "text/plain; charset=utf-8", "sha512": "text/plain; charset=utf-8", "txt": "text/plain; charset=utf-8",
    "zip": "application/zip",
}  # fmt: skip
_FEEDS: Final = {"atom": atom, "json": jsonfeed, "rss": rss}


@require_safe
def tree(request: PublicRequest, folder: str, path: str = "") -> HttpResponseBase:
    """Give out a file of the tree below `folder`; a folder's address ends with a slash and shows its listing."""
    whole = f"{folder}/{path}"
    return given(request, f"{whole}index.html" if whole.endswith("/") else whole)


@require_safe
def feed(request: PublicRequest, project: str, kind: str, number: int = 0) -> HttpResponseBase:
    """Give out a page of a project's feed; number 0 is the newest, and empty where nothing was published yet."""
    place = house(request, project)
    media_type = _FEEDS[kind].MEDIA_TYPE
    if number:
        return given(request, f"p/{place.id}/feed/{number}.{kind}", media_type)
    path = f"p/{place.id}/advisories.{kind}"
    if request.front.tree.changed(path) is not None:
        return given(request, path, media_type)
    root = request.front.site.public_url
    home, this = root + reverse("public:advisories", args=[place.id]), f"{root}/{path}"
    title, author = f"{place.name} security advisories", f"{place.name} security"
    page = Page(title=title, home=home, this=this, current=this, updated=datetime.fromtimestamp(0, UTC), author=author)
    body = _FEEDS[kind].render(page, ())
    return unchanged(request, HttpResponse(body, content_type=media_type), "empty", page.updated)


@require_safe
def line(request: PublicRequest, project: str, name: str) -> HttpResponseBase:
    """Give out the feed of one release line: `7.3.atom`; empty where the policy names the line and nothing is there."""
    place = house(request, project)
    named, _, kind = name.rpartition(".")
    path = line_path(place.id, named, kind) if kind in LINE_FEEDS else ""
    if not path:
        raise Http404
    media_type = _FEEDS[kind].MEDIA_TYPE
    if request.front.tree.changed(path) is not None:
        return given(request, path, media_type)
    versions = place.policy.versions
    if versions is None or named not in {each.name for each in versions.line}:
        raise Http404
    home, this = (f"{request.front.site.public_url}/{each}" for each in (f"p/{place.id}/advisories/", path))
    title, author = f"{place.name} {named} security advisories", f"{place.name} security"
    page = Page(title=title, home=home, this=this, current=this, updated=datetime.fromtimestamp(0, UTC), author=author)
    return unchanged(
        request, HttpResponse(_FEEDS[kind].render(page, ()), content_type=media_type), "empty", page.updated
    )


@require_safe
def badge(request: PublicRequest, project: str, kind: str) -> HttpResponseBase:
    """Give out the badge of a project that publishes one."""
    place = house(request, project)
    if kind not in ("svg", "json"):
        raise Http404
    return given(request, f"p/{place.id}/badge.{kind}")


def given(request: PublicRequest, path: str, media_type: str = "") -> HttpResponseBase:
    """A file of the tree, or 304 for who has it; Http404 where there is none."""
    changed = request.front.tree.changed(path)
    if changed is None:
        raise Http404
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    tag = f"{int(changed.timestamp() * 1_000_000):x}{'-gz' if packs else ''}"
    early = unchanged(request, HttpResponse(), tag, changed)
    if early.status_code == 304:
        return _open(early)
    found = request.front.tree.file(path, packed=packs)
    if found is None:
        raise Http404
    kind = media_type or _TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    answer = HttpResponse(found.body, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})
    if found.packed:
        answer.headers["Content-Encoding"] = "gzip"
    return _open(unchanged(request, answer, tag, changed))


def _open(answer: HttpResponseBase) -> HttpResponseBase:
    """Let pages of other sites read it (requirement 25)."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer
