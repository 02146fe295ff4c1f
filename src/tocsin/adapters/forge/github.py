# SPDX-License-Identifier: Apache-2.0
"""GitHub's security advisories over its REST API: a dozen calls behind the egress guard, never more than asked for.

What other answers mean is `answers`. The token travels in a header and stands in no message and no log.

Source: GitHub REST API 2026-03-10, repository advisories; comments of advisories are a public preview of 2026-10-02.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from tocsin.adapters.forge.answers import Line
from tocsin.services.ports.forge import Comment, Issue, Payload, Source
from tocsin.services.ports.http import Answer, Http
from tocsin.services.ports.targets import Trouble

VERSION: Final = "2026-03-10"
PAGES: Final = 20
"""Pages of a list that are read at most; with a hundred on each, more than any project has open."""

_NEXT: Final = re.compile(r'<[^>]*[?&](after|page)=([^&>]+)[^>]*>;\s*rel="next"')


@dataclass(frozen=True)
class GitHub:
    """`ports.forge.Forge` for one repository on GitHub, or on a server of its kind."""

    source: Source
    token: str = field(repr=False)
    http: Http = field(repr=False)

    # ------------------------------------------------------------------------------------------------- advisories

    def private_reporting(self) -> bool:
        """Whether strangers can report privately there now."""
        said = self._ask("GET", "/private-vulnerability-reporting")
        return isinstance(said, Mapping) and said.get("enabled") is True

    def advisories(self, state: str) -> Sequence[Payload]:
        """Advisories in a state, the one changed last first."""
        query = {"state": state, "sort": "updated", "direction": "desc", "per_page": "100"}
        return list(self._pages("/security-advisories", query))

    def advisory(self, ghsa: str) -> Payload | None:
        """One advisory."""
        found = self._ask("GET", f"/security-advisories/{ghsa}", none=True)
        return self._line.mapping(found) if found is not None else None

    def create(self, fields: Payload) -> Payload:
        """Make a draft."""
        return self._line.mapping(self._ask("POST", "/security-advisories", fields))

    def update(self, ghsa: str, fields: Payload) -> Payload:
        """Change an advisory."""
        return self._line.mapping(self._ask("PATCH", f"/security-advisories/{ghsa}", fields))

    def request_cve(self, ghsa: str) -> None:
        """Ask for an id; a request that stands already is none of ours to repeat."""
        self._ask("POST", f"/security-advisories/{ghsa}/cve")

    # ----------------------------------------------------------------------------------------- comments and issues

    def comments(self, ghsa: str) -> Sequence[Comment] | None:
        """What was said under an advisory; None where this server, or this kind of repository, has no such thing."""
        said = self._ask("GET", f"/security-advisories/{ghsa}/comments?per_page=100", none=True)
        return [_comment(each) for each in said] if isinstance(said, list) else None

    def comment(self, ghsa: str, body: str) -> Comment:
        """Say something under an advisory."""
        return _comment(self._ask("POST", f"/security-advisories/{ghsa}/comments", {"body": body}))

    def issues(self, since: datetime) -> Sequence[Issue]:
        """Public issues that changed since; pull requests are none."""
        stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"since": stamp, "state": "all", "sort": "updated", "direction": "asc", "per_page": "100"}
        return [_issue(each) for each in self._pages("/issues", query) if "pull_request" not in each]

    def open_issue(self, title: str, body: str) -> Issue:
        """Open a public issue."""
        return _issue(self._line.mapping(self._ask("POST", "/issues", {"title": title, "body": body})))

    def replies(self, number: int) -> Sequence[Comment]:
        """What was said under an issue."""
        return [_comment(each) for each in self._ask("GET", f"/issues/{number}/comments?per_page=100")]

    def reply(self, number: int, body: str) -> Comment:
        """Say something under an issue."""
        return _comment(self._ask("POST", f"/issues/{number}/comments", {"body": body}))

    # ------------------------------------------------------------------------------------------------------ asking

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[Payload]:
        for _ in range(PAGES):
            answer = self._send("GET", f"{path}?{urlencode(query)}")
            yield from map(self._line.mapping, self._line.listed(self._line.json(answer)))
            more = _NEXT.search(answer.headers.get("link", ""))
            if not more:
                return
            query = {**query, more[1]: more[2]}

    def _ask(self, method: str, path: str, said: Payload | None = None, none: bool = False) -> Any:
        answer = self._send(method, path, said, none)
        return None if answer.status == 404 else self._line.json(answer)

    def _send(self, method: str, path: str, said: Payload | None = None, none: bool = False) -> Answer:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "tocsin",
            "X-GitHub-Api-Version": VERSION,
        }
        body = msgspec.json.encode(said) if said is not None else b""
        if body:
            headers["Content-Type"] = "application/json"
        url = f"{self.source.api.rstrip('/')}/repos/{self.source.repository}{path}"
        return self._line.ask(method, url, headers, body, none)

    @property
    def _line(self) -> Line:
        return Line("GitHub", self.http)


def _comment(said: Any) -> Comment:
    try:
        login = str((said.get("user") or {}).get("login", ""))
        return Comment(id=int(said["id"]), login=login, body=str(said.get("body") or ""), at=str(said["created_at"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Trouble("GitHub answers a comment that cannot be read") from None


def _issue(said: Payload) -> Issue:
    try:
        return Issue(
            number=int(said["number"]),
            url=str(said["html_url"]),
            title=str(said["title"]),
            body=str(said.get("body") or ""),
            login=str((said.get("user") or {}).get("login", "")),
            opened_at=datetime.fromisoformat(said["created_at"]),
            updated_at=datetime.fromisoformat(said["updated_at"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Trouble("GitHub answers an issue that cannot be read") from None
