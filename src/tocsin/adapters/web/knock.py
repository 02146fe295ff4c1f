# SPDX-License-Identifier: Apache-2.0
"""Knock at the web door: one anonymous report over HTTP, at the address that the public is given.

It goes the way a finder's goes, through name service, proxy and the process that faces the internet, so that a canary
that arrives has shown that all of it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx2

from tocsin.core.vocabulary import CASE_REF, CaseRef, ProjectId

PATIENCE = 20.0


@dataclass(frozen=True)
class WebKnock:
    """The door at `url`, the public address of the installation."""

    url: str
    door: str = "web"

    def opens(self, project: ProjectId) -> bool:
        """Every project has a form."""
        return True

    def __call__(self, project: ProjectId, title: str, text: str) -> CaseRef:
        """Hand a report in; see `services.ports.knock`."""
        body = {"project": project, "title": title, "reproduce": text, "version": "-"}
        try:
            with httpx2.Client(timeout=PATIENCE, follow_redirects=False) as client:
                answer = client.post(f"{self.url}/api/v1/reports", json=body)
            case = str(answer.json().get("case", "")) if answer.status_code < 300 else ""
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise OSError(f"{self.url} cannot be reached: {type(error).__name__}") from error
        if not CASE_REF.fullmatch(case):
            raise OSError(f"{self.url} answers {answer.status_code} to a report")
        return case
