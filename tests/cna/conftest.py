# SPDX-License-Identifier: Apache-2.0
"""A house whose project is its own CNA, and the small CVE Services that it speaks to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.services.acts import PROJECT
from tocsin.adapters.cna import CveRecords, CveServices
from tocsin.core.policy.seeds import seed
from tocsin.services.ports.cna import OFFICIAL, Account
from tocsin.testing.cna.double import KEY, ORG, ORG_ID, USER, CveServicesDouble
from tocsin.testing.house import House, house

ACCOUNT = Account(org=ORG, org_id=ORG_ID, user=USER, key_file="cna.key", api=OFFICIAL)


@dataclass
class Place:
    """The house and the service."""

    home: House
    service: CveServicesDouble
    client: CveServices


@pytest.fixture
def place() -> Place:
    home = house()
    service = CveServicesDouble(now=home.clock)
    client = CveServices(ACCOUNT, KEY, service)
    own = (seed(PROJECT) or "").replace('route = "mitre"', 'route = "own-cna"')
    home.desk.projects.adopt(own, "test", home.clock())
    cnas = {PROJECT: client}
    return Place(replace(home, desk=replace(home.desk, targets=(CveRecords(cnas),), cnas=cnas)), service, client)
