# SPDX-License-Identifier: Apache-2.0
"""A target is one file, one line and one folder, and its bytes change only where somebody reads the change."""

from __future__ import annotations

import pytest

from tests.cna.conftest import ACCOUNT
from tests.services import acts
from tests.support import DATA, golden
from tocsin.adapters.cna import CveRecords, CveServices
from tocsin.boot.targets import TARGETS
from tocsin.core.case import commands as cmd
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import cases, publication
from tocsin.services.ports.http import no_http
from tocsin.services.ports.targets import Matter
from tocsin.testing.house import house

MADE = {
    "cve": lambda: CveRecords({acts.PROJECT: CveServices(ACCOUNT, "key", no_http)}),
}
"""Each target as the settings would make it, without a way out."""


def test_registry_and_folders_agree():
    folders = {each.name for each in (DATA / "targets").iterdir() if each.is_dir()}
    assert set(TARGETS) == folders == set(MADE)


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_bytes_of_a_target_are_a_function_of_the_matter(name):
    home = house()
    own = (seed(acts.PROJECT) or "").replace('route = "mitre"', 'route = "own-cna"')
    home.desk.projects.adopt(own, "test", home.clock())
    ref = acts.report(home).case
    acts.ready(home, ref)
    number = cmd.SetCve(cve_id="CVE-2026-0001", assigner=ACCOUNT.org_id, assigner_name=ACCOUNT.org)
    acts.attempt(home, ref, number)
    opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    shown = publication.preview(home.desk, opened, home.clock())
    matter = Matter(
        project=acts.PROJECT, policy=opened.policy, advisory=shown.advisory, documents=shown.documents, revision=1
    )
    target = MADE[name]()
    assert target.kind == name
    assert [each.kind for each in target.wanted(opened.policy, shown.advisory)][:1] == [name]
    payload = target.preview(matter)
    assert payload == target.preview(matter)
    golden(DATA / "targets" / name / "payload.txt", f"{payload.key}\n{payload.media_type}\n{payload.body.decode()}\n")
