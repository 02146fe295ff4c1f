# SPDX-License-Identifier: Apache-2.0
"""The small GitHub as a program that is spoken to: `services.ports.http.Http` over a `World`.

Every request and every answer is held against the description and written down in `log`; a request that the
description does not know is answered 422, and `wrong` lists all that did not fit. `fault` makes it fail the ways that
others fail.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from tocsin.services.ports.http import Answer
from tocsin.testing.doubles import Double, No, failed
from tocsin.testing.github import contract
from tocsin.testing.github.world import World, user

TOKEN: Final = "the-token-of-the-double"  # noqa: S105 - opens nothing but this double
API: Final = "https://api.github.com"
LOGIN: Final = "tocsin-bot"
_WRITES: Final = frozenset({"POST", "PATCH"})


def _no(status: int, message: str, **more: Any) -> No:
    """An answer other than a good one, as GitHub words it."""
    return No(status, message=message, documentation_url="https://docs.github.com", **more)


@dataclass
class GitHubDouble(Double):
    """Answers requests over a world; `login` is whose token it knows."""

    world: World
    token: str = TOKEN
    login: str = LOGIN

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Answer one request; see `ports.http`."""
        wrong = contract.wrong_request(method, url, body)
        if self.fault is not None:
            self.saw(method, urlsplit(url).path, 0, wrong)
            return failed(self.fault)
        try:
            if wrong:
                raise _no(422, "Validation Failed", errors=[{"code": "invalid"}])
            status, value, more = self._answer(method, url, dict(headers or {}), body)
        except No as no:
            status, value, more = no.status, no.body, {}
        wrong += contract.wrong_answer(method, url, status, value)
        self.saw(method, urlsplit(url).path, status, wrong)
        if method in _WRITES and status < 400 and self.after_write:
            self.after_write(urlsplit(url).path)
        told = {"content-type": "application/json; charset=utf-8", "x-github-api-version-selected": contract.VERSION}
        return Answer(status, {**told, **more}, msgspec.json.encode(value))

    def _answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        said = {name.lower(): value for name, value in headers.items()}
        if said.get("authorization") != f"Bearer {self.token}":
            raise _no(401, "Bad credentials")
        found = contract.route(urlsplit(url).path)
        if found is None or f"{found.values['owner']}/{found.values['repo']}" != self.world.name:
            raise _no(404, "Not Found")
        if "ghsa_id" in found.values and found.values["ghsa_id"] not in self.world.advisories:
            raise _no(404, "Not Found")
        if method in _WRITES and self.before_write:
            self.before_write(found.template)
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        tail = found.template.removeprefix("/repos/{owner}/{repo}")
        answer = getattr(self, _ANSWERS[f"{method} {tail}"])
        given = msgspec.json.decode(body) if body else {}
        result: tuple[int, Any, dict[str, str]] = answer(dict(found.values), query, given)
        return result

    # ---------------------------------------------------------------------------------------------------- advisories

    def _list(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        found = [each for each in self.world.advisories.values() if query.get("state") in (None, each["state"])]
        found.sort(key=lambda each: each["updated_at" if query.get("sort") == "updated" else "created_at"])
        if query.get("direction", "desc") == "desc":
            found.reverse()
        start = int(query.get("after") or 0)
        end = start + int(query.get("per_page", 30))
        more = {}
        if end < len(found):
            more["link"] = f'<{API}/repos/{self.world.name}/security-advisories?after={end}>; rel="next"'
        return 200, found[start:end], more

    def _get(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, self.world.advisories[values["ghsa_id"]], {}

    def _create(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        self._one_severity(given)
        return 201, self.world.create(self.login, given, "draft"), {}

    def _report(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        if not self.world.private_reporting:
            raise _no(403, "Private vulnerability reporting is not enabled")
        self._one_severity(given)
        self._sections(given["description"])
        return 201, self.world.create("finder", given, "triage"), {}

    def _update(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        standing = self.world.advisories[values["ghsa_id"]]
        self._one_severity(given)
        self._moves(standing, given)
        if "description" in given:
            self._sections(given["description"])
        return 200, self.world.write(values["ghsa_id"], given), {}

    def _one_severity(self, given: Any) -> None:
        if given.get("severity") and given.get("cvss_vector_string"):
            raise _no(422, "Validation Failed", errors=[{"code": "unprocessable", "field": "severity"}])

    def _moves(self, standing: dict[str, Any], given: Any) -> None:
        was, to = standing["state"], given.get("state", standing["state"])
        if to != was and to not in _MOVES[was]:
            raise _no(422, f"Validation Failed: {was} does not become {to}", errors=[{"code": "invalid"}])
        if to == "published" and was != "published" and not (given.get("vulnerabilities", standing["vulnerabilities"])):
            raise _no(422, "Validation Failed", errors=[{"code": "missing_field", "field": "vulnerabilities"}])

    def _sections(self, description: str) -> None:
        """GitHub's template of a repository's reports (October 2026)."""
        heads = [line.lstrip("# ").strip() for line in (description or "").splitlines() if line.startswith("#")]
        wrong = [{"code": "missing_section", "field": each} for each in self.world.sections if each not in heads]
        placed = [heads.index(each) for each in self.world.sections if each in heads]
        if placed != sorted(placed):
            wrong.append({"code": "sections_out_of_order", "field": "description"})
        if wrong:
            raise _no(422, "RepositoryAdvisoryDescriptionValidationError", errors=wrong)

    def _cve(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        standing = self.world.advisories[values["ghsa_id"]]
        if standing["cve_id"] or standing["state"] == "published":
            raise _no(422, "Validation Failed", errors=[{"code": "invalid"}])
        if values["ghsa_id"] not in self.world.cve_requested:
            self.world.cve_requested.append(values["ghsa_id"])
        return 202, {}, {}

    def _pvr(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, {"enabled": self.world.private_reporting}, {}

    # ------------------------------------------------------------------------------------------- comments and issues

    def _comments(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        self._offered()
        said = self.world.comments.get(values["ghsa_id"], [])
        return 200, [each for each in said if each["updated_at"] >= query.get("since", "")], {}

    def _comment(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        self._offered()
        return 201, self.world.comment(values["ghsa_id"], self.login, given["body"]), {}

    def _offered(self) -> None:
        if not self.world.comments_offered:
            raise _no(404, "Not Found")

    def _issues(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        since = query.get("since", "")
        return 200, [each for each in self.world.issues if each["updated_at"] >= since][:100], {}

    def _issue(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        return 201, self.world.open_issue(self.login, given["title"], given.get("body", "")), {}

    def _replies(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, self.world.told.get(int(values["number"]), []), {}

    def _reply(self, values: dict[str, str], query: dict[str, str], given: Any) -> tuple[int, Any, dict[str, str]]:
        return 201, self.world.reply(int(values["number"]), self.login, given["body"]), {}

    # ---------------------------------------------------------------------------------------------------- webhooks

    def hook(self, action: str, ghsa: str, secret: bytes, delivery: str = "") -> tuple[dict[str, str], bytes]:
        """The webhook `repository_advisory` about an advisory: headers and body, signed, as described."""
        said = {
            "action": action,
            "repository": _repository(self.world.name),
            "repository_advisory": self.world.advisories[ghsa],
            "sender": user("finder"),
        }
        wrong = contract.wrong_hook("repository_advisory", said)
        if wrong:
            raise ValueError(f"not what GitHub sends: {wrong[:3]}")
        return signed("repository_advisory", said, secret, delivery or f"{ghsa}/{action}")

    def ping(self, secret: bytes) -> tuple[dict[str, str], bytes]:
        """What GitHub sends when a webhook is set up."""
        said = {"zen": "Design for failure.", "hook_id": 1, "repository": _repository(self.world.name)}
        return signed("ping", said, secret, "ping")


def signed(event: str, said: Mapping[str, Any], secret: bytes, name: str) -> tuple[dict[str, str], bytes]:
    """A delivery: headers with GitHub's signature, and the body."""
    body = msgspec.json.encode(said)
    number = hashlib.sha256(name.encode()).hexdigest()
    headers = {
        "User-Agent": "GitHub-Hookshot/0000000",
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}",
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
    }
    return headers, body


_ANSWERS: Final = {
    "GET /security-advisories": "_list",
    "POST /security-advisories": "_create",
    "POST /security-advisories/reports": "_report",
    "GET /security-advisories/{ghsa_id}": "_get",
    "PATCH /security-advisories/{ghsa_id}": "_update",
    "POST /security-advisories/{ghsa_id}/cve": "_cve",
    "GET /security-advisories/{ghsa_id}/comments": "_comments",
    "POST /security-advisories/{ghsa_id}/comments": "_comment",
    "GET /private-vulnerability-reporting": "_pvr",
    "GET /issues": "_issues",
    "POST /issues": "_issue",
    "GET /issues/{number}/comments": "_replies",
    "POST /issues/{number}/comments": "_reply",
}

_MOVES: Final = {
    "triage": ("draft", "closed"),
    "draft": ("published", "closed"),
    "closed": ("draft",),
    "published": (),
    "withdrawn": (),
}
"""From which state an advisory comes to which."""


def _repository(name: str) -> dict[str, Any]:
    """A repository as webhooks carry it, as far as the description demands."""
    owner, _, repo = name.partition("/")
    schema = contract.webhooks()["components"]["schemas"]["repository-webhooks"]
    made: dict[str, Any] = {each: _anything(each, schema["properties"][each], name) for each in schema["required"]}
    return {**made, "name": repo, "full_name": name, "owner": user(owner), "private": False}


def _anything(field_name: str, schema: Mapping[str, Any], name: str) -> Any:
    """Some value that the schema takes: a template of an address, a count, an instant."""
    told = schema
    for known in ("anyOf", "oneOf", "allOf"):
        options = schema.get(known, ())
        if any(each.get("type") == "null" for each in options):
            return None
        told = options[0] if options else told
    if "$ref" in told:
        part = contract.webhooks()["components"]["schemas"][told["$ref"].rsplit("/", 1)[-1]]
        return _anything(field_name, part, name)
    match told.get("type"):
        case "integer":
            return 0
        case "boolean":
            return False
        case "array":
            return []
        case "string" if told.get("format") == "date-time":
            return stamp_of_nothing()
        case "string":
            return f"https://api.github.com/repos/{name}/{field_name}" if field_name.endswith("url") else field_name
    return stamp_of_nothing() if field_name.endswith("_at") else {}


def stamp_of_nothing() -> str:
    """Some instant."""
    return "2026-01-05T09:00:00Z"
