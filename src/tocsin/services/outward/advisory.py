# SPDX-License-Identifier: Apache-2.0
"""The forge as a place where an advisory becomes visible (S59): written, published, and read back there.

Its natural key is the advisory that is linked with the case; what somebody else wrote there stops it until a person has
decided whose words stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.core.case.model import Case
from tocsin.core.disclosure import Cleared
from tocsin.core.forge import fields
from tocsin.core.policy.model import Policy, PublishKind
from tocsin.core.publication import Stage, Wanted
from tocsin.core.publication.plan import channels
from tocsin.core.vocabulary import Refused
from tocsin.services.app import Desk
from tocsin.services.forge import pushing
from tocsin.services.forge.links import foreign, of_case
from tocsin.services.ports.forge import Forge
from tocsin.services.ports.targets import Found, Matter, Payload, Rejected


@dataclass(frozen=True)
class ForgeTarget:
    """GitHub's repository advisory."""

    desk: Desk
    case: Case
    asked: Forge
    kind: str = PublishKind.GITHUB_ADVISORY.value
    stage: Stage = Stage.FORGE
    blind: bool = False

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where the policy publishes there, and where the report came from there."""
        named = channels(policy, PublishKind.GITHUB_ADVISORY)
        if named or of_case(self.desk, self.case.project, self.case.ref) is None:
            return named
        return (Wanted(kind=self.kind, stage=self.stage, key=advisory.id),)

    def preview(self, matter: Matter) -> Payload:
        """The body of the request."""
        if not matter.advisory.products:
            raise Rejected("GitHub wants a product: name it in the advisory")
        body = msgspec.json.format(msgspec.json.encode(self._wish(matter.advisory)), indent=2)
        about = f"PATCH /repos/{self.asked.source.repository}/security-advisories/…"
        return Payload(key=matter.advisory.id, media_type="application/json", body=body, about=about)

    def _wish(self, advisory: Advisory) -> dict[str, object]:
        return {**pushing.payload(advisory), "state": "published"}

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """What stands there: this, something else that is public, or nothing public yet."""
        kept = of_case(self.desk, self.case.project, self.case.ref)
        there = self.asked.advisory(kept.value.ghsa) if kept else None
        if kept is None or there is None:
            return None
        url = str(there.get("html_url", ""))
        changed = kept.value.conflict or foreign(kept.value, there)
        if changed:
            return Found(where=url, same=False, difference=f"somebody changed {', '.join(changed)} there")
        if there.get("state") != "published":
            return None
        different = fields.differences(self._wish(matter.advisory), there)
        return Found(where=url, same=True) if not different else None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Write it and publish it."""
        ref = self.case.ref
        done = pushing.write(self.desk, self.asked, matter.project, ref, cleared.advisory, state="published")
        if isinstance(done, Refused):
            raise Rejected(done.because)
        return Found(where=done.value.url, same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """Read it; None while it does not say what was written."""
        kept = of_case(self.desk, self.case.project, self.case.ref)
        there = self.asked.advisory(kept.value.ghsa) if kept else None
        if there is None or there.get("state") != "published":
            return None
        different = fields.differences(self._wish(matter.advisory), there)
        url = str(there.get("html_url", ""))
        return Found(where=url, same=not different, difference=", ".join(different))
