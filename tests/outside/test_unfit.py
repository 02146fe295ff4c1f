# SPDX-License-Identifier: Apache-2.0
"""A draft that nothing can be made of: its plan says so, ordering it is refused, and nothing breaks."""

from __future__ import annotations

from tests.outside.places import town
from tests.outside.test_forge_outbound import drafted
from tests.services import acts
from tocsin.core.case.drafting import ProductNamed
from tocsin.core.vocabulary import Refused
from tocsin.services import publishing
from tocsin.services.publishing.plan import UNFIT


def test_a_draft_that_nothing_can_be_made_of_is_refused_and_its_plan_says_so() -> None:
    here = town()
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", scheme="jL"),))
    opened = here.opened(ref)
    shown = publishing.plan(here.desk, opened)
    assert any("no version scheme" in each.message for each in shown.preview.problems)
    assert UNFIT in {each.problem for each in shown.targets}
    refused = publishing.order(here.desk, opened, opened.case.advisory_id, shown.preview.digest)
    assert isinstance(refused, Refused)
    assert refused.code == "advisory-unfit"
