# SPDX-License-Identifier: Apache-2.0
"""The first stage of a publication: nothing is said before git's tags hold the fix in every version that the advisory
names, and a tag that comes later is noticed (S58)."""

from __future__ import annotations

from msgspec.structs import replace

from tests.git.conftest import Place
from tests.git.maker import fix
from tests.git.test_journey import case_of, fetch, ref
from tests.publication.places import order, run, states
from tests.services.acts import act
from tocsin.core.case import commands as cmd
from tocsin.core.case import target_commands as targets
from tocsin.core.publication.events import TargetIntended
from tocsin.core.vocabulary import SYSTEM_ACTOR, Affectedness, Refused
from tocsin.services import cases, sealing

__all__ = ["ref"]

FIXED = "7.4.1"


def stated(place: Place, ref: str) -> str:
    """A case whose team says that 7.4.1 has the fix; git was asked for it. Returns the commit of the fix."""
    mended = fix(place.made)
    fetch(place)
    place.tell.ok("branch", "sync", ref, "--fix", mended[:12], "--introduced", place.fault)
    rows = [_row(place, line) for line in case_of(place, ref).lines]
    act(place.home, ref, cmd.SetLines(lines=tuple(rows)))
    return mended


def _row(place: Place, line):
    if line.line == "7.4":
        return replace(line, state=Affectedness.FIXED, fixed_in=FIXED, tested=True)
    if line.state is Affectedness.AFFECTED:
        return replace(line, waiver="released next week", waived_by=place.home.dana)
    return line


def tagged(place: Place, mended: str) -> None:
    """The release comes out."""
    place.made.switch("7.4")
    place.made.pick(mended, "-x")
    place.made.tag(FIXED)
    place.made.switch("main")


def begun(place: Place, ref: str) -> list[str]:
    """Targets in the order in which they were begun."""
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    places = sealing.Places(place.home.desk.sealer.instance)
    entries = sealing.open_entries(places, opened.key, ref, place.home.desk.journal.entries(ref))
    return [each.event.target for each in entries if isinstance(each.event, TargetIntended)]


def test_nothing_goes_out_before_the_release_is_tagged_and_everything_after(place: Place, ref: str) -> None:
    mended = stated(place, ref)
    assert not isinstance(order(place.home, ref), Refused)
    run(place.home, 30, step=5)
    waits = case_of(place, ref).run.get("releases")
    assert waits
    assert waits.trouble == f"no tag with the fix yet for {FIXED}"
    assert begun(place, ref) == ["releases"]
    assert place.home.desk.shelf.documents("WHPG-SA-2026-001") == ()

    tagged(place, mended)
    fetch(place)
    run(place.home, 15, step=5)
    done = case_of(place, ref).run.get("releases")
    assert done
    assert (done.state.value, done.where) == ("readable", FIXED)
    assert states(place.home, ref)["site"] == "readable"
    assert begun(place, ref)[:2] == ["releases", "site"]


def test_a_release_that_is_out_already_holds_nothing_up(place: Place, ref: str) -> None:
    mended = stated(place, ref)
    tagged(place, mended)
    fetch(place)
    order(place.home, ref)
    run(place.home, 1)
    assert states(place.home, ref)["releases"] == "readable"
    assert states(place.home, ref)["site"] == "readable"


def test_a_tag_without_the_fix_is_no_release_of_it(place: Place, ref: str) -> None:
    stated(place, ref)
    order(place.home, ref)
    place.made.switch("7.4")
    place.made.tag(FIXED)
    place.made.switch("main")
    fetch(place)
    run(place.home, 5)
    stopped = case_of(place, ref).run.get("releases")
    assert stopped
    assert (stopped.state.value, "names no release any more" in stopped.trouble) == ("refused", True)
    assert begun(place, ref) == ["releases"]
    assert place.home.desk.shelf.documents("WHPG-SA-2026-001") == ()


def test_a_person_may_let_the_others_go_on_without_it(place: Place, ref: str) -> None:
    stated(place, ref)
    order(place.home, ref)
    run(place.home, 5)
    act(place.home, ref, targets.SkipTarget(target="releases", reason="It is tagged tonight.", later=True))
    run(place.home, 5)
    assert states(place.home, ref)["site"] == "readable"
    assert states(place.home, ref)["releases"] != "readable"
