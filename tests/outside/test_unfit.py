# SPDX-License-Identifier: Apache-2.0
"""A draft that nothing can be made of: written so today it is refused, and one of earlier breaks nothing."""

from __future__ import annotations

import msgspec

from tests.outside.places import town
from tests.outside.test_forge_outbound import drafted
from tests.services import acts
from tocsin.core.case import commands as cmd
from tocsin.core.case.drafting import ProductNamed
from tocsin.core.versions import SCHEMES
from tocsin.core.vocabulary import Refused
from tocsin.services import cases, publishing
from tocsin.services.publishing.plan import UNFIT

KNOWN = ProductNamed(name="WarehousePG", scheme="semver")
UNKNOWN = ProductNamed(name="WarehousePG docs", scheme="jL")


def test_a_version_scheme_that_nobody_knows_is_refused_when_it_is_written_with_its_field_and_those_there_are() -> None:
    here = town()
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    before = here.case(ref)
    wish = cmd.DraftAdvisory(title="Out-of-bounds read", products=(KNOWN, UNKNOWN))
    refused = cases.handle(here.desk, ref, wish, here.dana)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.missing) == ("scheme-unknown", ("products[1].scheme",))
    assert all(each.name in refused.because for each in SCHEMES)
    assert here.case(ref) == before
    assert here.move(ref, cmd.DraftAdvisory(title="Out-of-bounds read", products=(KNOWN,))).seq > before.seq


def test_a_draft_of_earlier_that_nothing_can_be_made_of_is_not_ordered_and_its_plan_says_so() -> None:
    here = town()
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(KNOWN,))
    opened = here.opened(ref)
    assert opened.case.advisory
    draft = msgspec.structs.replace(opened.case.advisory, products=(UNKNOWN,))
    opened = msgspec.structs.replace(opened, case=msgspec.structs.replace(opened.case, advisory=draft))
    shown = publishing.plan(here.desk, opened)
    assert any("no version scheme" in each.message for each in shown.preview.problems)
    assert UNFIT in {each.problem for each in shown.targets}
    refused = publishing.order(here.desk, opened, opened.case.advisory_id, shown.preview.digest)
    assert isinstance(refused, Refused)
    assert refused.code == "advisory-unfit"
