# SPDX-License-Identifier: Apache-2.0
"""The CSAF provider behind sign-in: drafts that are TLP:AMBER or TLP:RED (CSAF 2.0, 7.1, requirement 5).

Everything lies below one address, as tools that collect CSAF want it; they are given the token as a header.
"""

from __future__ import annotations

from django.http import HttpResponse

from tocsin.core.vocabulary import Refused
from tocsin.delivery.api import problems
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.desk.routes import api
from tocsin.delivery.api.schema import told
from tocsin.services import restricted

_FILE = {
    "application/json": {"schema": {"type": "object"}},
    "text/plain": {"schema": {"type": "string"}},
}


@api.get(
    "/projects/{project}/csaf/{path:path}",
    operation_id="restricted",
    tags=["advisories"],
    openapi_extra=told(content=_FILE),
)
def provider(request: OfficeRequest, project: str, path: str) -> HttpResponse:
    """Give out drafts that are TLP:AMBER or TLP:RED as a CSAF provider: begin at `provider-metadata.json`, which names
    a feed for each label. Documents, hashes and signatures are for who may read the cases."""
    mine = request.office.projects()
    if isinstance(mine, Refused):
        return problems.refuse(mine)
    reached = project in {each.id for each in mine}
    found = restricted.file(request.desk, request.office.caller.person, project, path) if reached else None
    if found is None:
        return problems.not_found()
    kind = "application/json" if path.endswith(".json") else "text/plain; charset=utf-8"
    return HttpResponse(found, content_type=kind, headers={"Cache-Control": "no-store"})
