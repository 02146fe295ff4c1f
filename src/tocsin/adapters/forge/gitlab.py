# SPDX-License-Identifier: Apache-2.0
"""GitLab through the port of GitHub: a confidential issue is a private report, and stands for an advisory.

GitLab has no advisories of a project. An open confidential issue is a report (`triage`), one with our label an accepted
one (`draft`), a closed one is over (`closed`); one that is not confidential any more is in public (`published`), which
nobody here ever makes it. Title and description are the words; the fields that an issue has no place for (ranges,
score, weaknesses, credits, the CVE id) stand behind them as people read them, and once more as data in a comment that
the page does not show, so that what others changed is seen. Ids for CVE are asked for there by a person.

Source: GitLab REST API v4, “Issues”, “Notes”, “Projects”, “Pagination” (keys of answers as of GitLab 18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from urllib.parse import quote, urlencode

import msgspec

from tocsin.adapters.forge.answers import Line
from tocsin.services.ports.forge import Comment, Issue, Payload, Source
from tocsin.services.ports.http import Answer, Http
from tocsin.services.ports.targets import Rejected, Trouble

ACCEPTED: Final = "security: accepted"
"""The label of a confidential issue that the project took up."""

PAGES: Final = 20
KEPT: Final = ("severity", "cvss_vector_string", "cwe_ids", "cve_id", "vulnerabilities", "credits")
"""Fields of an advisory that an issue has no place for."""

_DATA: Final = re.compile(r"\n*<!-- tocsin:begin -->\n.*?<!-- tocsin:fields (\{.*?\}) -->\s*\Z", re.S)
_NUMBER: Final = re.compile(r"ISSUE-([1-9][0-9]{0,9})")


@dataclass(frozen=True)
class GitLab:
    """`ports.forge.Forge` for one project on GitLab."""

    source: Source
    token: str = field(repr=False)
    http: Http = field(repr=False)

    # --------------------------------------------------------------------------------------------- confidential issues

    def private_reporting(self) -> bool:
        """Whether strangers can open a confidential issue: the project and its issues are there for everybody."""
        said = self._line.mapping(self._ask("GET", ""))
        return said.get("visibility") == "public" and said.get("issues_access_level") == "enabled"

    def advisories(self, state: str) -> Sequence[Payload]:
        """Confidential issues in a state, the one changed last first."""
        if state == "published":
            return ()
        query = {
            "confidential": "true", "state": "closed" if state == "closed" else "opened", "order_by": "updated_at",
            "sort": "desc", "per_page": "100",
        }  # fmt: skip
        found = map(_advisory, self._pages("/issues", query))
        return [each for each in found if each["state"] == state]

    def advisory(self, ghsa: str) -> Payload | None:
        """One confidential issue, or what was one."""
        number = _NUMBER.fullmatch(ghsa)
        found = self._ask("GET", f"/issues/{number[1]}", none=True) if number else None
        return _advisory(self._line.mapping(found)) if found is not None else None

    def create(self, fields: Payload) -> Payload:
        """Open a confidential issue with the words of the draft."""
        said = {"title": fields["summary"], "description": _words(fields), "confidential": True, "labels": ACCEPTED}
        return _advisory(self._line.mapping(self._ask("POST", "/issues", said)))

    def update(self, ghsa: str, fields: Payload) -> Payload:
        """Change an issue's words or state. It is made public by nobody here."""
        number = _number(ghsa)
        said: dict[str, Any] = {}
        match fields.get("state"):
            case "draft":
                said |= {"add_labels": ACCEPTED, "state_event": "reopen"}
            case "closed":
                said |= {"state_event": "close"}
            case "published":
                raise Rejected("GitLab has no advisories of a project; nothing confidential is made public there")
        if "summary" in fields:
            said["title"] = fields["summary"]
        if "description" in fields:
            said["description"] = _words(fields)
        if said.get("state_event") == "reopen" and self._is_open(number):
            del said["state_event"]
        return _advisory(self._line.mapping(self._ask("PUT", f"/issues/{number}", said)))

    def _is_open(self, number: str) -> bool:
        return self._line.mapping(self._ask("GET", f"/issues/{number}")).get("state") == "opened"

    def request_cve(self, ghsa: str) -> NoReturn:
        """A person does that."""
        raise Rejected("GitLab takes requests for CVE ids by a button of the confidential issue only; press it there")

    def comments(self, ghsa: str) -> Sequence[Comment] | None:
        """What was said under a confidential issue; notes of GitLab itself and of the team are left out."""
        return self._notes(_number(ghsa))

    def comment(self, ghsa: str, body: str) -> Comment:
        """Say something under a confidential issue."""
        return self.reply(int(_number(ghsa)), body)

    # ---------------------------------------------------------------------------------------------------- public issues

    def issues(self, since: datetime) -> Sequence[Issue]:
        """Public issues that changed since, oldest first."""
        stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {
            "confidential": "false", "updated_after": stamp, "order_by": "updated_at", "sort": "asc", "per_page": "100",
        }  # fmt: skip
        return [_issue(each) for each in self._pages("/issues", query) if each.get("confidential") is False]

    def open_issue(self, title: str, body: str) -> Issue:
        """Open a public issue."""
        said = {"title": title, "description": body, "confidential": False}
        return _issue(self._line.mapping(self._ask("POST", "/issues", said)))

    def replies(self, number: int) -> Sequence[Comment]:
        """What was said under an issue."""
        return self._notes(str(number))

    def reply(self, number: int, body: str) -> Comment:
        """Say something under an issue."""
        return _comment(self._ask("POST", f"/issues/{number}/notes", {"body": body}))

    def _notes(self, number: str) -> list[Comment]:
        query = {"sort": "asc", "order_by": "created_at", "per_page": "100"}
        every = self._pages(f"/issues/{number}/notes", query)
        return [_comment(each) for each in every if not each.get("system") and not each.get("internal")]

    # ----------------------------------------------------------------------------------------------------------- asking

    @property
    def _line(self) -> Line:
        return Line("GitLab", self.http)

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[Payload]:
        for _ in range(PAGES):
            answer = self._send("GET", f"{path}?{urlencode(query)}")
            yield from map(self._line.mapping, self._line.listed(self._line.json(answer)))
            page = answer.headers.get("x-next-page", "")
            if not page.isascii() or not page.isdigit():
                return
            query = {**query, "page": page}

    def _ask(self, method: str, path: str, said: Payload | None = None, none: bool = False) -> Any:
        answer = self._send(method, path, said, none)
        return None if answer.status == 404 else self._line.json(answer)

    def _send(self, method: str, path: str, said: Payload | None = None, none: bool = False) -> Answer:
        headers = {"Accept": "application/json", "PRIVATE-TOKEN": self.token, "User-Agent": "tocsin"}
        body = msgspec.json.encode(said) if said is not None else b""
        if body:
            headers["Content-Type"] = "application/json"
        place = quote(self.source.repository, safe="")
        return self._line.ask(method, f"{self.source.api.rstrip('/')}/projects/{place}{path}", headers, body, none)


def _number(ghsa: str) -> str:
    found = _NUMBER.fullmatch(ghsa)
    if found is None:
        raise Rejected(f"{ghsa} is no issue of GitLab")
    return found[1]


def _words(fields: Payload) -> str:
    """The description, and behind it the fields that have no place of their own."""
    kept = {name: fields[name] for name in KEPT if fields.get(name)}
    said = str(fields.get("description") or "")
    if not kept:
        return said
    data = msgspec.json.encode(kept).decode().replace("<", "\\u003c").replace(">", "\\u003e")
    return f"{said}\n\n<!-- tocsin:begin -->\n{_read_out(kept)}\n<!-- tocsin:fields {data} -->"


def _read_out(kept: Mapping[str, Any]) -> str:
    lines = [
        f"- {(each.get('package') or {}).get('name', '')} {each.get('vulnerable_version_range') or ''}, "
        f"fixed in {each.get('patched_versions') or 'no release yet'}"
        for each in kept.get("vulnerabilities") or ()
    ]
    words = {"cve_id": "CVE", "cvss_vector_string": "Score", "severity": "Severity"}
    lines += [f"- {label}: {kept[name]}" for name, label in words.items() if kept.get(name)]
    return "\n".join(lines)


def _advisory(said: Payload) -> dict[str, Any]:
    """An issue in the words of GitHub's advisories."""
    words, kept = _parted(str(said.get("description") or ""))
    author = said.get("author") or {}
    try:
        return {
            **dict.fromkeys(KEPT), "vulnerabilities": [], "credits": [], "cwe_ids": [], **kept,
            "ghsa_id": f"ISSUE-{int(said['iid'])}",
            "html_url": str(said["web_url"]),
            "summary": str(said["title"]),
            "description": words,
            "state": _state(said),
            "author": {"login": str(author.get("username", "")), "html_url": str(author.get("web_url", ""))},
            "updated_at": str(said["updated_at"]),
        }  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Trouble("GitLab answers an issue that cannot be read") from None


def _parted(text: str) -> tuple[str, dict[str, Any]]:
    found = _DATA.search(text)
    if found is None:
        return text, {}
    try:
        kept = msgspec.json.decode(found[1], type=dict[str, Any])
    except msgspec.DecodeError:
        return text, {}
    return text[: found.start()], {name: kept[name] for name in KEPT if name in kept}


def _state(said: Payload) -> str:
    if said.get("confidential") is not True:
        return "published"
    if said.get("state") == "closed":
        return "closed"
    return "draft" if ACCEPTED in (said.get("labels") or ()) else "triage"


def _comment(said: Any) -> Comment:
    try:
        login = str((said.get("author") or {}).get("username", ""))
        return Comment(id=int(said["id"]), login=login, body=str(said.get("body") or ""), at=str(said["created_at"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Trouble("GitLab answers a note that cannot be read") from None


def _issue(said: Payload) -> Issue:
    try:
        return Issue(
            number=int(said["iid"]),
            url=str(said["web_url"]),
            title=str(said["title"]),
            body=str(said.get("description") or ""),
            login=str((said.get("author") or {}).get("username", "")),
            opened_at=datetime.fromisoformat(said["created_at"]),
            updated_at=datetime.fromisoformat(said["updated_at"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Trouble("GitLab answers an issue that cannot be read") from None
