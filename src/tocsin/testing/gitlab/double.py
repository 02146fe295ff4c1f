# SPDX-License-Identifier: Apache-2.0
"""The small GitLab as a program that is spoken to: `services.ports.http.Http` over the issues of one project.

Every request is held against what GitLab documents (`documented`); one that does not fit is answered 400 and stands in
`wrong`. What somebody without rights may not see answers 404, as there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from tocsin.services.ports.http import Answer
from tocsin.testing.doubles import Double, No, failed
from tocsin.testing.gitlab import documented

TOKEN: Final = "the-token-of-the-lab"  # noqa: S105 - opens nothing but this double
API: Final = "https://gitlab.com/api/v4"
NAME: Final = "example/tools/example"
LOGIN: Final = "tocsin-bot"

_PLACE: Final = f"/api/v4/projects/{quote(NAME, safe='')}"


def stamp(at: datetime) -> str:
    """An instant as GitLab writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass(kw_only=True)
class GitLabDouble(Double):
    """Answers requests over one project."""

    now: Callable[[], datetime]
    visibility: str = "public"
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    count: int = 0

    # ------------------------------------------------------------------------------------------------- what people do

    def report(self, login: str, title: str, description: str, confidential: bool = True) -> dict[str, Any]:
        """Somebody opens an issue."""
        number, now = len(self.issues) + 1, stamp(self.now())
        made = {
            "id": 1000 + number, "iid": number, "title": title, "description": description, "state": "opened",
            "confidential": confidential, "labels": [], "created_at": now, "updated_at": now,
            "author": {"username": login, "web_url": f"https://gitlab.com/{login}"},
            "web_url": f"https://gitlab.com/{NAME}/-/issues/{number}",
        }  # fmt: skip
        self.issues[number] = made
        return made

    def write(self, number: int, **said: Any) -> dict[str, Any]:
        """Somebody changes an issue."""
        self.issues[number] = {**self.issues[number], **said, "updated_at": stamp(self.now())}
        return self.issues[number]

    def note(self, number: int, login: str, body: str, **more: Any) -> dict[str, Any]:
        """Somebody, or GitLab itself (`system`), notes something under an issue."""
        self.count += 1
        made = {"id": self.count, "body": body, "author": {"username": login}, "created_at": stamp(self.now()),
                "system": False, "internal": False, **more}  # fmt: skip
        self.notes.setdefault(number, []).append(made)
        return made

    # ---------------------------------------------------------------------------------------------------- as a program

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Answer one request; see `ports.http`."""
        path = urlsplit(url).path
        if self.fault is not None:
            self.saw(method, path, 0, ())
            return failed(self.fault)
        wrong: list[str] = []
        more: dict[str, str] = {}
        try:
            if (headers or {}).get("PRIVATE-TOKEN") != TOKEN:
                raise No(401, message="401 Unauthorized")
            query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
            if not path.startswith(_PLACE):
                raise No(404, message="404 Project Not Found")
            wrong += documented.wrong(method, path.removeprefix(_PLACE), query, body)
            if wrong:
                raise No(400, message="400 Bad request")
            status, value = self._answer(method, path, query, body, more)
        except No as no:
            status, value = no.status, no.body
        self.saw(method, path, status, wrong)
        return Answer(status, {"content-type": "application/json", **more}, msgspec.json.encode(value))

    def _answer(
        self, method: str, path: str, query: dict[str, str], body: bytes, more: dict[str, str]
    ) -> tuple[int, Any]:
        found = re.fullmatch(re.escape(_PLACE) + r"(?:(/issues)(?:/([0-9]+)(/notes)?)?)?", path)
        if found is None:
            raise No(404, message="404 Project Not Found")
        issues, number, notes = found[1], int(found[2] or 0), found[3]
        if number and number not in self.issues:
            raise No(404, message="404 Not found")
        given = msgspec.json.decode(body) if body else {}
        match method, bool(issues), bool(number), bool(notes):
            case "GET", False, _, _:
                return 200, {"visibility": self.visibility, "issues_access_level": "enabled"}
            case "GET", True, False, _:
                return 200, self._paged(self._listed(query), query, more)
            case "GET", True, True, False:
                return 200, self.issues[number]
            case "GET", True, True, True:
                return 200, self._paged(self.notes.get(number, []), query, more)
            case "POST", True, False, _:
                made = self.report(
                    LOGIN, given["title"], given.get("description", ""), given.get("confidential", False)
                )
                return 201, self.write(made["iid"], labels=_labels(given.get("labels", "")))
            case "POST", True, True, True:
                return 201, self.note(number, LOGIN, given["body"])
            case "PUT", True, True, False:
                return 200, self._changed(number, given)
        raise No(405, message="405 Method Not Allowed")

    def _changed(self, number: int, given: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {name: given[name] for name in ("title", "description", "confidential") if name in given}
        old = self.issues[number]
        if "add_labels" in given:
            said["labels"] = list(dict.fromkeys([*old["labels"], *_labels(given["add_labels"])]))
        if "state_event" in given:
            wanted = {"close": "closed", "reopen": "opened"}[given["state_event"]]
            if wanted == old["state"]:
                raise No(400, message="400 Bad request")
            said["state"] = wanted
        return self.write(number, **said)

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = [
            each
            for each in self.issues.values()
            if query.get("state", "all") in ("all", each["state"])
            and query.get("confidential", str(each["confidential"]).lower()) == str(each["confidential"]).lower()
            and query.get("updated_after", "") <= each["updated_at"]
        ]
        return sorted(found, key=lambda each: str(each["updated_at"]), reverse=query.get("sort") == "desc")

    def _paged(self, found: list[dict[str, Any]], query: dict[str, str], more: dict[str, str]) -> list[dict[str, Any]]:
        page, size = int(query.get("page", "1")), int(query.get("per_page", "20"))
        more["x-next-page"] = str(page + 1) if page * size < len(found) else ""
        return found[(page - 1) * size : page * size]


def _labels(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
