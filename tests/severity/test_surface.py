# SPDX-License-Identifier: Apache-2.0
"""A reporter's answers become a provisional vector, and what nobody answered is named (S30)."""

from __future__ import annotations

import itertools

import pytest

from tocsin.core.severity import AttackSurface, Effect, Login, Reach, Severity, draft, score
from tocsin.core.severity.surface import spell, understand


def test_network_without_login_yields_av_n_and_pr_n() -> None:
    found = draft(AttackSurface(reach=Reach.NETWORK, login=Login.NONE))
    assert "/AV:N/" in found.vector
    assert "/PR:N/" in found.vector
    assert "AV" not in found.assumed
    assert "PR" not in found.assumed


def test_nothing_answered_is_taken_at_its_worst_and_all_assumed() -> None:
    found = draft(AttackSurface())
    assert found.vector == "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert set(found.assumed) == {"AV", "AC", "PR", "UI", "S", "C", "I", "A"}


def test_a_local_crash_by_a_user_with_a_victim_in_four_oh() -> None:
    surface = AttackSurface(
        reach=Reach.LOCAL,
        login=Login.USER,
        needs_victim=True,
        read=Effect.NOTHING,
        change=Effect.NOTHING,
        stop=Effect.ALL,
    )
    found = draft(surface, "4.0")
    assert found.vector == "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:P/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"
    assert found.assumed == ("AC", "AT", "SC", "SI", "SA")


@pytest.mark.parametrize("version", ["3.0", "3.1", "4.0"])
def test_every_combination_of_answers_is_a_vector_of_that_version(version: str) -> None:
    answers = itertools.product((None, *Reach), (None, *Login), (None, True, False), (None, *Effect))
    for reach, login, victim, effect in answers:
        surface = AttackSurface(reach=reach, login=login, needs_victim=victim, read=effect, change=effect, stop=effect)
        found = score(draft(surface, version).vector)
        assert isinstance(found, Severity)
        assert found.version == version


def test_another_version_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"2\.0"):
        draft(AttackSurface(), "2.0")


def test_answers_survive_the_way_through_a_report() -> None:
    surface = AttackSurface(reach=Reach.LOCAL, needs_victim=False, stop=Effect.ALL)
    assert spell(surface) == ("reach=local", "needs_victim=false", "stop=all")
    assert understand(spell(surface)) == surface
    assert understand(("reach=moon",)) == understand(()) == AttackSurface()
