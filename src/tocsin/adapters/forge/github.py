# SPDX-License-Identifier: Apache-2.0
"""GitHub's security advisories over its REST API: a dozen calls behind the egress guard, never more than asked for.

403 and 429 are “slow down and tell a person”; what cannot be read as described counts as trouble and is tried again.
The token travels in a header and stands in no message and no log.

Source: GitHub REST API 2026-03-10, repository advisories; comments of advisories are a public preview of 2026-10-02.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from tocsin.services.ports.forge import Comment, Issue, Payload, Source
from tocsin.services.ports.http import Answer, Held, Http
from tocsin.services.ports.targets import Rejected, Trouble

VERSION: Final = "2026-03-10"
PAGES: Final = 20
"""Pages of a list that are read at most; with a hundred on each, more than any project has open."""

_NEXT: Final = re.compile(r'<[^>]*[?&](after|page)=([^&>]+)[^>]*>;\s*rel="next"')
_SECONDS: Final = re.compile(r"[0-9]{1,6}")


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
        return _mapping(found) if found is not None else None

    def create(self, fields: Payload) -> Payload:
        """Make a draft."""
        return _mapping(self._ask("POST", "/security-advisories", fields))

    def update(self, ghsa: str, fields: Payload) -> Payload:
        """Change an advisory."""
        return _mapping(self._ask("PATCH", f"/security-advisories/{ghsa}", fields))

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
        return _issue(_mapping(self._ask("POST", "/issues", {"title": title, "body": body})))

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
            yield from map(_mapping, _listed(_json(answer)))
            more = _NEXT.search(answer.headers.get("link", ""))
            if not more:
                return
            query = {**query, more[1]: more[2]}

    def _ask(self, method: str, path: str, said: Payload | None = None, none: bool = False) -> Any:
        answer = self._send(method, path, said, none)
        return None if answer.status == 404 else _json(answer)

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
        try:
            answer = self.http(method, url, headers=headers, body=body)
        except Held as held:
            raise Rejected(held.because) from None
        except OSError as error:
            raise Trouble(str(error)) from None
        return answer if answer.ok or (none and answer.status == 404) else _complain(answer)


def _complain(answer: Answer) -> Answer:
    """Raise what an answer other than the 200s means."""
    message = _message(answer)
    match answer.status:
        case 403 | 429:
            raise Trouble(f"GitHub turns us away ({answer.status}): {message}", _wait(answer), person=True)
        case 401:
            raise Trouble("GitHub does not know the token; give it a new one: tocsin credential set", person=True)
        case 404:
            raise Rejected("GitHub shows no such thing to this token; look at its rights and the repository's name")
        case 400 | 409 | 410 | 422:
            raise Rejected(f"GitHub says no: {message}")
    raise Trouble(f"GitHub answers {answer.status}")


def _message(answer: Answer) -> str:
    """What GitHub says, in its own codes; nothing of what was sent."""
    try:
        said = answer.json()
    except ValueError:
        return "no reason given"
    if not isinstance(said, Mapping):
        return "no reason given"
    errors = [each for each in said.get("errors") or () if isinstance(each, Mapping)]
    codes = [f"{each.get('code', '')} {each.get('field') or each.get('section') or ''}".strip() for each in errors]
    return "; ".join(filter(None, [str(said.get("message", "")), *codes])) or "no reason given"


def _wait(answer: Answer) -> timedelta | None:
    """How long GitHub asks us to wait: `Retry-After`, else until the limit is new."""
    seconds = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(seconds)) if _SECONDS.fullmatch(seconds) else None


def _json(answer: Answer) -> Any:
    try:
        return answer.json() if answer.body else {}
    except ValueError:
        raise Trouble("GitHub answers something that is not JSON") from None


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Trouble("GitHub answers something that is not a list")
    return value


def _mapping(value: Any) -> Payload:
    if not isinstance(value, Mapping):
        raise Trouble("GitHub answers something that is not an object")
    return value


def _comment(value: Any) -> Comment:
    said = _mapping(value)
    try:
        login = str(_mapping(said.get("user") or {}).get("login", ""))
        return Comment(id=int(said["id"]), login=login, body=str(said.get("body") or ""), at=str(said["created_at"]))
    except (KeyError, TypeError, ValueError):
        raise Trouble("GitHub answers a comment that cannot be read") from None


def _issue(said: Payload) -> Issue:
    try:
        return Issue(
            number=int(said["number"]),
            url=str(said["html_url"]),
            title=str(said["title"]),
            body=str(said.get("body") or ""),
            login=str(_mapping(said.get("user") or {}).get("login", "")),
            opened_at=datetime.fromisoformat(said["created_at"]),
            updated_at=datetime.fromisoformat(said["updated_at"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Trouble("GitHub answers an issue that cannot be read") from None
