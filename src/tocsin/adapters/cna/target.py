# SPDX-License-Identifier: Apache-2.0
"""CVE Services as a target: the record of an id that the project reserved as its own CNA.

The natural key is the id. What is sent is the CNA container alone; who published it and when, the service adds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.core.disclosure import Cleared
from tocsin.core.formats.cve import Provider, container, differences
from tocsin.core.policy.model import Policy
from tocsin.core.publication import Stage, Wanted
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.cna import Cna
from tocsin.services.ports.targets import Found, Matter, Payload, Rejected

WHERE: Final = "https://www.cve.org/CVERecord?id="


@dataclass(frozen=True)
class CveRecords:
    """`ports.targets.Target` for projects that are their own CNA."""

    cnas: Mapping[ProjectId, Cna]
    kind: str = "cve"
    stage: Stage = Stage.CVE
    blind: bool = False

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where the policy's route is the own CNA and an id is reserved."""
        own = policy.cve is not None and policy.cve.route == "own-cna" and policy.project.id in self.cnas
        if not own or not advisory.cve_id:
            return ()
        required = bool(policy.cve and policy.cve.required)
        return (Wanted(kind=self.kind, stage=self.stage, key=advisory.cve_id, required=required),)

    def preview(self, matter: Matter) -> Payload:
        """The body of the request."""
        if not matter.advisory.cve_id:
            raise Rejected("the advisory has no CVE id")
        account = self._cna(matter).account
        provider = Provider(org_id=account.org_id, short_name=account.org)
        sent = {"cnaContainer": container(matter.advisory, provider)}
        body = msgspec.json.encode(sent, order="deterministic")
        about = f"POST or PUT /cve/{matter.advisory.cve_id}/cna"
        return Payload(key=matter.advisory.cve_id, media_type="application/json", body=body, about=about)

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """The record as everybody reads it."""
        return self._found(self._cna(matter).record(payload.key), payload)

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Publish it, or bring the one that is there up to this."""
        cna = self._cna(matter)
        held = cna.id(payload.key)
        if held is None:
            raise Rejected(f"{payload.key} is not an id of {cna.account.org}")
        if held.state == "REJECTED":
            raise Rejected(f"{payload.key} was rejected there; reserve another id, or have it reinstated")
        cna.put(payload.key, payload.body, exists=held.state == "PUBLISHED")
        return Found(where=WHERE + payload.key, same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """The same as looking: reading is public."""
        return self.find(matter, payload)

    def _cna(self, matter: Matter) -> Cna:
        found = self.cnas.get(matter.project)
        if found is None:
            raise Rejected("the project has no account with CVE Services")
        return found

    def _found(self, record: Mapping[str, Any] | None, payload: Payload) -> Found | None:
        if record is None:
            return None
        try:
            theirs = record["containers"]["cna"]
        except (KeyError, TypeError):
            return Found(where=WHERE + payload.key, same=False, difference="it is no record")
        ours = msgspec.json.decode(payload.body)["cnaContainer"]
        differ = differences(ours, theirs)
        return Found(where=WHERE + payload.key, same=not differ, difference=", ".join(differ))
