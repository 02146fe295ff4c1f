# SPDX-License-Identifier: Apache-2.0
"""What the project writes to GitHub: right by the description, once, and never over what somebody else wrote there."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, town
from tests.outside.test_forge_inbound import notes, reported
from tests.services import acts
from tocsin.core.case import commands as cmd
from tocsin.core.case.cve_commands import RequestCve
from tocsin.core.case.drafting import CreditGiven, ProductNamed
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Affectedness, Refused
from tocsin.services.book import Kept
from tocsin.services.forge import links, pushing, wishes
from tocsin.services.forge.links import Link
from tocsin.services.ports.store import Conflict
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.testing.github import Fault

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


@pytest.fixture
def here() -> Town:
    return town()


def drafted(here: Town, ref: str, **more: object) -> None:
    draft = cmd.DraftAdvisory(
        title="Out-of-bounds read in demo_ext", summary="Memory is read.", details="Long words.",
        mitigation="Turn it off.",
        cwe=("CWE-125",),
        products=(ProductNamed(name="WarehousePG", ecosystem="", package="warehousepg"),),
        credits=(
            CreditGiven(name="R. Eporter", contact=("https://github.com/finder",), consent=True),
            CreditGiven(name="Shy", contact=("https://github.com/shy",)),
        ),
    )  # fmt: skip
    here.move(ref, msgspec.structs.replace(draft, **more))  # type: ignore[arg-type]


def accepted(here: Town) -> tuple[str, str]:
    """A private report that was accepted, with a draft; its advisory there and its case."""
    ghsa = reported(here)
    here.look()
    (ref,) = here.refs()
    here.accept(ref)
    here.move(ref, cmd.SetScore(vector=VECTOR))
    lines = tuple(
        LineFact(line=line, state=Affectedness.FIXED, introduced=f"{line}.0", fixed_in=f"{line}.{fix}")
        for line, fix in (("7.4", 2), ("7.3", 4))
    )
    here.move(ref, cmd.SetLines(lines=lines))
    drafted(here, ref)
    here.look()
    return ghsa, ref


def push(here: Town, ref: str) -> Link:
    done = pushing.push(here.desk, ref, here.dana)
    assert isinstance(done, Kept), done
    return done.value


def test_draft_credits_and_every_range_are_written_and_only_what_was_agreed_to(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    there = here.github.world.advisories[ghsa]
    assert there["summary"] == "Out-of-bounds read in demo_ext"
    assert "Turn it off." in there["description"]
    ranges = [(each["vulnerable_version_range"], each["patched_versions"]) for each in there["vulnerabilities"]]
    assert ranges == [(">= 7.3.0, < 7.3.4", "7.3.4"), (">= 7.4.0, < 7.4.2", "7.4.2")]
    assert there["credits"] == [{"login": "finder", "type": "finder"}]
    assert there["cvss_severities"]["cvss_v3"]["vector_string"] == VECTOR
    assert there["cwe_ids"] == ["CWE-125"]
    assert "shy" not in str(there).casefold()
    assert here.github.wrong == []


def test_the_same_words_are_not_written_twice(here: Town) -> None:
    _, ref = accepted(here)
    push(here, ref)
    writes = [each for each in here.github.log if each.method != "GET"]
    push(here, ref)
    here.look()
    assert [each for each in here.github.log if each.method != "GET"] == writes


def test_a_case_without_an_advisory_there_gets_one_once_also_after_a_crash(here: Town, monkeypatch) -> None:
    _, ref = accepted(here)
    for each in list(links.links(here.desk).all(PROJECT)):
        links.links(here.desk).remove(each)
    here.github.world.advisories.clear()
    with monkeypatch.context() as broken:
        broken.setattr("tocsin.services.forge.pushing._linked", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            push(here, ref)
    assert push(here, ref).ghsa == next(iter(here.github.world.advisories))
    assert len(here.github.world.advisories) == 1


def test_a_foreign_edit_is_seen_within_a_quarter_of_an_hour_and_never_written_over(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    here.look()
    told = len(notes(here, ref))
    here.github.world.write(ghsa, {"description": "Somebody else's words.", "severity": "low"})
    here.look(minutes=15)
    here.look(minutes=15)
    (note,) = notes(here, ref)[told:]
    assert note.startswith(f"Somebody changed {ghsa} on the forge. Fields: description")
    drafted(here, ref, summary="Ours, newer.")
    refused = pushing.push(here.desk, ref, here.dana)
    assert isinstance(refused, Refused)
    assert (refused.code, "description" in refused.missing) == ("changed-there", True)
    assert here.github.world.advisories[ghsa]["description"] == "Somebody else's words."
    assert "forge-changed" in {
        each.kind for each in here.desk.machine.alarms.since(here.house.clock().replace(year=1), 9)
    }


def test_an_edit_between_the_look_and_the_write_is_seen_too(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    here.github.world.write(ghsa, {"summary": "Their title"})
    drafted(here, ref, title="Our new title")
    refused = pushing.push(here.desk, ref, here.dana)
    assert isinstance(refused, Refused)
    assert refused.missing == ("summary",)
    assert here.github.world.advisories[ghsa]["summary"] == "Their title"


def test_ours_stay_when_a_person_says_so(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    here.github.world.write(ghsa, {"summary": "Their title"})
    here.look()
    assert isinstance(pushing.resolve(here.desk, ref, here.dana, "ours"), Kept)
    push(here, ref)
    assert here.github.world.advisories[ghsa]["summary"] == "Out-of-bounds read in demo_ext"


def test_theirs_become_the_draft_when_a_person_says_so(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    here.github.world.write(ghsa, {"summary": "A better title"})
    here.look()
    assert isinstance(pushing.resolve(here.desk, ref, here.dana, "theirs"), Kept)
    assert here.case(ref).advisory.title == "A better title"  # type: ignore[union-attr]
    assert here.case(ref).advisory.mitigation == "Turn it off."  # type: ignore[union-attr]
    assert push(here, ref).conflict == ()


def spoken_of(here: Town, ghsa: str, ranges: dict[str, str]) -> None:
    """Somebody rewrites there which packages it is about."""
    entries = [
        {"package": {"ecosystem": "other", "name": name}, "vulnerable_version_range": span, "patched_versions": "7.4.2"}
        for name, span in ranges.items()
    ]
    here.github.world.write(ghsa, {"vulnerabilities": entries})
    here.look()


def test_every_package_with_the_same_ranges_becomes_a_product_of_the_draft_and_of_the_advisory(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    spoken_of(here, ghsa, {"warehousepg": ">= 7.4.0, < 7.4.2", "warehousepg-contrib": ">= 7.4.0, < 7.4.2"})
    assert isinstance(pushing.resolve(here.desk, ref, here.dana, "theirs"), Kept)
    draft = here.case(ref).advisory
    assert draft is not None
    assert [each.name for each in draft.products] == ["warehousepg", "warehousepg-contrib"]
    push(here, ref)
    written = [each["package"]["name"] for each in here.github.world.advisories[ghsa]["vulnerabilities"]]
    assert written == ["warehousepg"] * 2 + ["warehousepg-contrib"] * 2  # the board's two lines of each


def test_a_package_with_ranges_of_its_own_is_refused_by_name_and_changes_nothing(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    spoken_of(here, ghsa, {"warehousepg": ">= 7.4.0, < 7.4.2", "warehousepg-backup": "< 2.1"})
    before = here.case(ref)
    refused = pushing.resolve(here.desk, ref, here.dana, "theirs")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.missing) == ("several-products", ("warehousepg-backup",))
    assert here.case(ref).advisory == before.advisory


@pytest.mark.parametrize("fault", [None, Fault.BROKEN, Fault.HANG, Fault.TOO_MANY])
def test_where_the_policy_asks_github_for_ids_one_move_puts_the_draft_there_and_asks_once(
    here: Town, fault: Fault | None
) -> None:
    here.desk.projects.adopt(
        (seed(PROJECT) or "").replace('route = "mitre"', 'route = "github"'), "test", here.desk.now()
    )
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref)
    with here.github.failing(fault) if fault else nullcontext():
        here.move(ref, RequestCve())
        here.turn()
    for _ in range(4):
        here.house.clock.advance(timedelta(minutes=15))
        here.turn()
    (ghsa,) = here.github.world.advisories
    assert here.github.world.cve_requested == [ghsa]
    assert here.case(ref).cve_id == ""
    here.github.world.assign_cve(ghsa, "CVE-2026-12345")
    here.look()
    case = here.case(ref)
    assert (case.cve_id, case.cve_state, case.cve_assigner_name) == ("CVE-2026-12345", "reserved", "GitHub_M")
    assert here.github.wrong == []


def test_the_cve_id_that_github_assigns_is_taken_over_and_is_no_foreign_edit(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    for _ in range(2):
        assert isinstance(pushing.request_cve(here.desk, ref, here.dana), Kept)
    assert here.github.world.cve_requested == [ghsa]
    here.look()
    told = notes(here, ref)
    here.github.world.assign_cve(ghsa, "CVE-2026-12345")
    here.look()
    assert (here.case(ref).cve_id, here.case(ref).cve_assigner_name) == ("CVE-2026-12345", "GitHub_M")
    assert notes(here, ref) == told
    assert isinstance(pushing.request_cve(here.desk, ref, here.dana), Refused)
    assert push(here, ref).conflict == ()


def test_a_published_advisory_and_another_state_there_are_told(here: Town) -> None:
    ghsa, ref = accepted(here)
    push(here, ref)
    here.look()
    here.github.world.write(ghsa, {"state": "published"})
    here.look()
    assert notes(here, ref)[-1] == f"Somebody changed {ghsa} on the forge. State: draft to published."


def test_what_the_template_asks_for_is_said_before_anything_is_sent() -> None:
    here = town(sections=("Summary", "Proof"))
    _, ref = accepted(here)
    before = len(here.github.log)
    refused = pushing.push(here.desk, ref, here.dana)
    assert isinstance(refused, Refused)
    assert "Proof: missing section" in refused.missing
    assert len(here.github.log) == before


@pytest.mark.parametrize("fault", list(Fault))
def test_a_push_that_fails_says_so_and_changes_nothing_here(here: Town, fault: Fault) -> None:
    ghsa, ref = accepted(here)
    before = links.of_case(here.desk, PROJECT, ref)
    with here.github.failing(fault), pytest.raises(Trouble) as caught:
        pushing.push(here.desk, ref, here.dana)
    assert caught.value.person is (fault in (Fault.FORBIDDEN, Fault.TOO_MANY))
    assert links.of_case(here.desk, PROJECT, ref) == before
    assert push(here, ref).ghsa == ghsa


def test_a_forge_that_people_look_after_says_what_to_do() -> None:
    from tocsin.adapters.forge.by_hand import ByHand
    from tocsin.services.ports.forge import Source

    plain = ByHand(Source(kind="by-hand", web="https://git.example.org/whpg"))
    assert (plain.private_reporting(), plain.advisories("triage"), plain.comments("x")) == (False, (), None)
    with pytest.raises(Rejected, match=r"https://git\.example\.org/whpg is looked after by hand"):
        plain.create({})


def test_every_kind_of_forge_has_its_row_and_somebody_who_speaks_to_it() -> None:
    from tocsin.adapters.forge import FORGES
    from tocsin.services.ports.forge import KINDS, Source

    assert set(KINDS) == set(FORGES)
    with pytest.raises(ValueError, match="is one of github, gitlab, by-hand"):
        Source(kind="sourcehut", repository="a/b")
    with pytest.raises(ValueError, match="written like"):
        Source(kind="github", repository="a/b/c")
    assert Source(kind="gitlab", repository="a/b/c").web == "https://gitlab.com"


def test_a_wish_that_meets_somebody_else_at_the_draft_is_carried_out_a_minute_later(here: Town, monkeypatch) -> None:
    _, ref = accepted(here)
    assert wishes.ask(here.desk, here.opened(ref), here.dana, "push") is None
    with monkeypatch.context() as crowd:
        crowd.setattr(pushing, "push", lambda *_: (_ for _ in ()).throw(Conflict("somebody was first")))
        assert wishes.carry_out(here.desk) == 0
    assert wishes.carry_out(here.desk) == 0, "not at once"
    here.house.clock.advance(wishes.AGAIN)
    assert wishes.carry_out(here.desk) == 1
    assert wishes.of_case(here.desk, ref).refused == ""
