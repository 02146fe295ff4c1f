# SPDX-License-Identifier: Apache-2.0
"""An installation, as a program talks to it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2
import msgspec

from tocsin.client.cases import Cases
from tocsin.client.http import BASE, Answer, Http
from tocsin.client.outside import Distributors, Hooks
from tocsin.client.rota import Rota
from tocsin.core.wire.access import Me, Token
from tocsin.core.wire.around import DateOf, HeldMail, HeldMails
from tocsin.core.wire.desk import Card, Measures, Member, Policy, Project, SkillBoard
from tocsin.core.wire.duty import Duty
from tocsin.core.wire.own import Snoozed
from tocsin.core.wire.report import NewReport, Receipt


class Client:
    """Talks to the desk at `url` with a token; without one, to the public address, which takes reports and shows what
    is published. Use it as a context manager, or close it."""

    def __init__(
        self, url: str, token: str = "", *, timeout: float = 30.0, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._token = token
        self._options: dict[str, Any] = {"timeout": timeout, "transport": transport}
        self._http = Http(url, token, **self._options)
        self._public: Http | None = None if token else self._http
        self.cases = Cases(self._http)

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read `TOCSIN_URL` and `TOCSIN_TOKEN`; raises KeyError where there is no address."""
        return cls(environment["TOCSIN_URL"], environment.get("TOCSIN_TOKEN", ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._http.close()
        if self._public is not None:
            self._public.close()

    # ----------------------------------------------------------------------------------------------------- with a token

    def me(self) -> Me:
        """Tell for whom the token speaks."""
        return self._http.get("/me", Me)

    def call(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request as it stands; `path` is below `/api/v1`, or names it. Errors are returned, not raised."""
        below = path.removeprefix(BASE) if path.startswith(f"{BASE}/") else path
        return self._http.call(method, f"/{below.lstrip('/')}", body, headers or {})

    def tokens(self) -> tuple[Token, ...]:
        """List one's own tokens."""
        return self._http.get("/tokens", tuple[Token, ...])

    def revoke(self, token: str) -> Token:
        """End one of one's own tokens."""
        return self._http.delete(f"/tokens/{quote(token, safe='')}", Token)

    def snoozed(self) -> tuple[Snoozed, ...]:
        """List what one put aside."""
        return self._http.get("/snoozed", tuple[Snoozed, ...])

    def calendar_file(self, case: str = "", *, quiet: bool = False) -> bytes:
        """Read the dates of a case, or of every open one, as iCalendar; `quiet` leaves out which case and what."""
        return self._http.read("/calendar.ics", case=case, words="none" if quiet else "")

    def projects(self) -> tuple[Project, ...]:
        """List projects."""
        return self._http.get("/projects", tuple[Project, ...])

    def people(self, project: str) -> tuple[Member, ...]:
        """List the people of a project."""
        return self._http.get(f"/projects/{quote(project, safe='')}/people", tuple[Member, ...])

    def policy(self, project: str) -> Policy:
        """Read the policy in force."""
        return self._http.get(f"/projects/{quote(project, safe='')}/policy", Policy)

    def duty(self, project: str) -> Duty:
        """Read who is told first, week by week."""
        return self.rota(project).read()

    def rota(self, project: str) -> Rota:
        """Look after who is told first in a project."""
        return Rota(self._http, project)

    def distributors(self, project: str) -> Distributors:
        """Look after the distributors of a project."""
        return Distributors(self._http, project)

    def webhooks(self, project: str) -> Hooks:
        """Look after who is told of a project's events."""
        return Hooks(self._http, project)

    def held_mail(self, show: str = "waiting") -> Iterator[HeldMail]:
        """Read every held mail that waits for a person, or (`rest`) that does not any more."""
        return self._http.pages("/mail", HeldMails, show=show)

    def calendar(self) -> tuple[DateOf, ...]:
        """Read the dates of open cases, soonest first."""
        return self._http.get("/calendar", tuple[DateOf, ...])

    def metrics(self, project: str = "") -> Measures:
        """Read how cases go."""
        return self._http.get("/metrics", Measures, project=project)

    def skill(self) -> SkillBoard:
        """Read how much better than luck cases were handled."""
        return self._http.get("/metrics/skill", SkillBoard)

    # ------------------------------------------------------------------------------------------------------ for anybody

    def report(
        self, project: str, title: str, reproduce: str, version: str, *, attach: Sequence[Path] = (), **answers: Any
    ) -> Receipt:
        """Hand in a report. The receipt's phrase is the only key to it: keep it."""
        given = {"project": project, "title": title, "reproduce": reproduce, "version": version, **answers}
        said = msgspec.convert(given, NewReport)
        if not attach:
            return self._front().post("/reports", said, Receipt, {"Idempotency-Key": str(uuid.uuid4())})
        fields = {name: str(value) for name, value in msgspec.to_builtins(said).items()}
        opened = [path.open("rb") for path in attach]
        try:
            files = [("files", (path.name, source)) for path, source in zip(attach, opened, strict=True)]
            return self._front().form("/reports", fields, files, Receipt)
        finally:
            for source in opened:
                source.close()

    def advisories(self, project: str) -> tuple[Card, ...]:
        """List the newest published advisories."""
        return self._front().get(f"/projects/{quote(project, safe='')}/advisories", tuple[Card, ...])

    def advisory(self, advisory: str) -> Card:
        """Read one published advisory."""
        return self._front().get(f"/advisories/{quote(advisory, safe='')}", Card)

    def document(self, advisory: str, format_name: str) -> bytes:
        """Read one document of a published advisory."""
        return self._front().read(f"/advisories/{quote(advisory, safe='')}/{quote(format_name, safe='')}")

    def _front(self) -> Http:
        """Return the public address, which the desk tells. The token is not sent there."""
        if self._public is None:
            self._public = Http(self.me().public_url, "", **self._options)
        return self._public
