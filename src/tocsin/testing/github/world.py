# SPDX-License-Identifier: Apache-2.0
"""What the small GitHub remembers, and what its people do there behind Tocsin's back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from tocsin.core.severity import Severity, score
from tocsin.core.vocabulary import GHSA_ALPHABET

LoginOf = str
OWNER: Final = "example"
REPO: Final = "example"


def stamp(at: datetime) -> str:
    """An instant as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: LoginOf) -> dict[str, Any]:
    """Somebody with an account."""
    api, number = f"https://api.github.com/users/{login}", int(hashlib.sha256(login.encode()).hexdigest()[:6], 16)
    urls = (
        "followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events",
        "received_events",
    )  # fmt: skip
    return {
        "login": login,
        "id": number,
        "node_id": f"U_{number}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"https://github.com/{login}",
        **{f"{name}_url": f"{api}/{name}" for name in urls},
        "type": "User",
        "site_admin": False,
    }


@dataclass
class World:
    """One repository with its advisories, comments and issues; `web` is where its pages are."""

    now: Callable[[], datetime]
    name: str = f"{OWNER}/{REPO}"
    web: str = "https://github.com"
    private_reporting: bool = True
    comments_offered: bool = True
    sections: tuple[str, ...] = ()
    advisories: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    told: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    cve_requested: list[str] = field(default_factory=list)
    count: int = 0

    def number(self) -> int:
        """The next number."""
        self.count += 1
        return self.count

    def new_id(self) -> str:
        """A GHSA id."""
        value, letters = int(hashlib.sha256(f"{self.name} {self.number()}".encode()).hexdigest(), 16), ""
        for _ in range(12):
            value, index = divmod(value, len(GHSA_ALPHABET))
            letters += GHSA_ALPHABET[index]
        return f"GHSA-{letters[:4]}-{letters[4:8]}-{letters[8:]}"

    def report(self, login: LoginOf, **said: Any) -> dict[str, Any]:
        """Somebody reports privately; returns the advisory in triage."""
        fields = {"vulnerabilities": [], "summary": "A private report", "description": "Steps.", **said}
        return self.create(login, fields, "triage")

    def create(self, login: LoginOf, said: dict[str, Any], state: str) -> dict[str, Any]:
        """Make an advisory."""
        ghsa, now = self.new_id(), stamp(self.now())
        made: dict[str, Any] = {
            "ghsa_id": ghsa,
            "cve_id": None,
            "url": f"https://api.github.com/repos/{self.name}/security-advisories/{ghsa}",
            "html_url": f"{self.web}/{self.name}/security/advisories/{ghsa}",
            "summary": "",
            "description": None,
            "severity": None,
            "author": user(login),
            "publisher": None,
            "identifiers": [{"type": "GHSA", "value": ghsa}],
            "state": state,
            "created_at": now,
            "updated_at": now,
            "published_at": None,
            "closed_at": None,
            "withdrawn_at": None,
            "submission": {"accepted": False} if state == "triage" else None,
            "vulnerabilities": [],
            "cvss_severities": {"cvss_v3": None, "cvss_v4": None},
            "cwes": [],
            "cwe_ids": [],
            "credits": [],
            "credits_detailed": [],
            "collaborating_users": [],
            "collaborating_teams": [],
            "private_fork": None,
        }
        self.advisories[ghsa] = made
        self.write(ghsa, said)
        return made

    def write(self, ghsa: str, said: dict[str, Any]) -> dict[str, Any]:
        """Change an advisory, as its page and its API do."""
        made = self.advisories[ghsa]
        made |= {name: said[name] for name in ("summary", "description", "severity") if name in said}
        if "vulnerabilities" in said:
            blank = {"vulnerable_version_range": None, "patched_versions": None, "vulnerable_functions": None}
            made["vulnerabilities"] = [{**blank, **each} for each in said["vulnerabilities"] or ()]
        if "cwe_ids" in said:
            made["cwe_ids"] = list(said["cwe_ids"] or ())
            made["cwes"] = [{"cwe_id": each, "name": each} for each in made["cwe_ids"]]
        if "cvss_vector_string" in said:
            self._score(made, said["cvss_vector_string"])
        if "credits" in said:
            made["credits"] = list(said["credits"] or ())
            made["credits_detailed"] = [
                {"user": user(each["login"]), "type": each["type"], "state": "accepted"} for each in made["credits"]
            ]
        if "cve_id" in said:
            made["cve_id"] = said["cve_id"]
            named = [{"type": "CVE", "value": said["cve_id"]}] if said["cve_id"] else []
            made["identifiers"] = [{"type": "GHSA", "value": ghsa}, *named]
        if "state" in said:
            self._move(made, said["state"])
        made["updated_at"] = stamp(self.now())
        return made

    def _move(self, made: dict[str, Any], state: str) -> None:
        was, made["state"] = made["state"], state
        if was == "triage" and state == "draft" and made["submission"]:
            made["submission"] = {"accepted": True}
        if state == "published" and made["published_at"] is None:
            made["published_at"], made["publisher"] = stamp(self.now()), user("maintainer")
        made["closed_at"] = stamp(self.now()) if state == "closed" else None

    def _score(self, made: dict[str, Any], vector: str | None) -> None:
        found = score(vector) if vector else None
        made["cvss_severities"] = {"cvss_v3": None, "cvss_v4": None}
        if isinstance(found, Severity):
            which = "cvss_v4" if found.version == "4.0" else "cvss_v3"
            made["cvss_severities"][which] = {"vector_string": vector, "score": found.base}
            made["severity"] = {"none": "low"}.get(found.rating.value.lower(), found.rating.value.lower())

    def comment(self, ghsa: str, login: LoginOf, body: str) -> dict[str, Any]:
        """Somebody writes under an advisory."""
        return self._say(self.comments.setdefault(ghsa, []), login, body)

    def _say(self, thread: list[dict[str, Any]], login: LoginOf, body: str) -> dict[str, Any]:
        now = stamp(self.now())
        made = {"id": self.number(), "body": body, "user": {"login": login}, "created_at": now, "updated_at": now}
        thread.append(made)
        return made

    def open_issue(self, login: LoginOf, title: str, body: str) -> dict[str, Any]:
        """Somebody opens a public issue."""
        number, now = self.number(), stamp(self.now())
        made = {
            "number": number,
            "title": title,
            "body": body,
            "html_url": f"{self.web}/{self.name}/issues/{number}",
            "state": "open",
            "user": {"login": login},
            "created_at": now,
            "updated_at": now,
        }
        self.issues.append(made)
        return made

    def reply(self, number: int, login: LoginOf, body: str) -> dict[str, Any]:
        """Somebody writes under an issue."""
        return self._say(self.told.setdefault(number, []), login, body)

    def assign_cve(self, ghsa: str, cve: str) -> None:
        """GitHub, as a CNA, assigns the id that was asked for."""
        self.write(ghsa, {"cve_id": cve})
