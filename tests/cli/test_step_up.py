# SPDX-License-Identifier: Apache-2.0
"""Step-up at the terminal: what is weighty takes a code of the person who is named, and nothing happens without it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import Result

from tests.cli.conftest import Shell
from tests.desk import story
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
from tocsin.delivery.cli.exits import Exit
from tocsin.services import cases, step_up
from tocsin.services.app import Doors
from tocsin.testing.house import house

CODE = "123456"
PROJECT = "warehousepg"


class Held:
    """Dana's authenticator app, which shows one code; Li has a passkey, and nothing that can be typed."""

    def __init__(self, dana: str, li: str) -> None:
        self._dana, self._people = dana, {dana, li}

    def held(self, person: str) -> bool:
        return person in self._people

    def shown(self, person: str, code: str) -> bool:
        return person == self._dana and code == CODE


@pytest.fixture
def shell() -> Shell:
    home = house()
    doors = Doors(production=True)
    desk = replace(home.desk, factors=Held(home.dana, home.li), doors=doors)
    return Shell(replace(home, desk=desk))


@pytest.fixture
def ref(shell: Shell) -> str:
    return story.report(shell.home)


WEIGHTY = {
    "token new": ("token", "new", "-p", PROJECT, "--label", "CI"),
    "people add": ("people", "add", "Eve", "eve@example.org", "--role", f"{PROJECT}:owner"),
    "people administrator": ("people", "administrator", "li@example.org"),
    "metrics export": ("metrics", "export"),
    "publish now": ("publish", "now", "CASE", "--confirm", "x"),
    "publish arm": ("publish", "arm", "CASE", "--at", "2027-01-01T12:00:00Z", "--confirm", "x"),
    "advisory publish": ("advisory", "publish", "CASE", "--confirm", "x"),
    "embargo lift": ("embargo", "lift", "CASE", "--why", "early", "--reason", "words"),
    "embargo decide": ("embargo", "decide", "CASE", "--at", "2027-01-01T12:00:00Z", "--reason", "words"),
    "case shred": ("case", "shred", "CASE", "--reason", "enough words for a reason"),
    "case approve": ("case", "approve", "CASE", "--digest", "WISH"),
}
REASON = "enough words for a reason"


def ready(shell: Shell, ref: str) -> str:
    """So that nothing but the code stands in the way: the case is ready to be published, and Li waits for somebody who
    approves an end of the embargo; returns the digest of that wish."""
    home = shell.home
    story.embargoed(home, ref)
    actor = home.desk.people.actor(home.li, PROJECT)
    assert actor
    wish = cmd.AskApproval(wish=cmd.encode(cmd.EndEmbargo(why="early", reason=REASON)))
    asked = cases.handle(home.desk, ref, wish, actor)
    assert not isinstance(asked, Refused), asked
    return asked.asks[-1].asked.digest


@pytest.mark.parametrize("words", WEIGHTY.values(), ids=WEIGHTY.keys())
def test_what_is_weighty_asks_for_a_code_and_does_nothing_without_the_right_one(
    shell: Shell, ref: str, words: tuple[str, ...]
) -> None:
    told = {"CASE": ref, "WISH": ready(shell, ref)}
    words = tuple(told.get(word, word) for word in words)
    before = state(shell, ref)
    for wrong in ("", "\n", "000000\n"):
        refused = shell(*words, given=wrong)
        assert (refused.exit_code, "authenticator app" in refused.stderr) == (Exit.AUTHENTICATION, True), refused.output
    assert state(shell, ref) == before
    with_code = shell(*words, given=f"{CODE}\n")
    assert with_code.exit_code != Exit.AUTHENTICATION, with_code.stderr
    if "approve" in words:
        assert (with_code.exit_code, state(shell, ref) != before) == (0, True), with_code.stderr


def test_an_administrator_shows_a_code_to_ask_for_break_glass_and_to_agree_to_it(shell: Shell, ref: str) -> None:
    """Two of them, neither of the project, with a code each: every step alone takes it."""
    home, names = shell.home, ("ada", "eve")
    ids = {name: home.desk.people.add(name, f"{name}@example.org", {}).id for name in names}
    for each in ids.values():
        home.desk.people.appoint(each, administrator=True)

    def glass(name: str, given: str, *words: str) -> Result:
        desk = replace(home.desk, factors=Held(ids[name], ids[name]))
        return Shell(replace(home, desk=desk))(
            "case", "break-glass", ref, *words, person=f"{name}@example.org", given=given
        )

    def asked() -> str:
        opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
        assert opened
        return opened.case.asks[-1].asked.digest if opened.case.asks else ""

    for given in ("", "000000\n"):
        assert glass("ada", given, "--reason", REASON).exit_code == Exit.AUTHENTICATION
    assert asked() == ""
    assert "agreed to with" in glass("ada", f"{CODE}\n", "--reason", REASON).stderr
    digest = asked()
    for given in ("", "000000\n"):
        assert glass("eve", given, "--agree", digest).exit_code == Exit.AUTHENTICATION
    assert asked() == digest, "it waits as before"
    assert glass("eve", f"{CODE}\n", "--agree", digest).exit_code == 0
    assert asked() == ""


def state(shell: Shell, ref: str) -> object:
    desk = shell.home.desk
    people = [(info.id, dict(held)) for info, held in desk.people.everybody()]
    admins = [each.id for each in desk.people.administrators()]
    return len(desk.journal.entries(ref)), people, admins, desk.api_tokens.of_person(shell.home.dana)


def test_a_wrong_code_sounds_the_alarm(shell: Shell) -> None:
    shell(*WEIGHTY["token new"], given="000000\n")
    kept = shell.home.desk.machine.alarms.kept.values()  # type: ignore[attr-defined]
    assert [(each.kind, each.actor) for each in kept] == [(step_up.WRONG, shell.home.dana)]


def test_in_production_somebody_without_a_second_factor_does_nothing_weighty(shell: Shell) -> None:
    shell.home.desk.people.add("Ona", "ona@example.org", {PROJECT: frozenset({"owner"})})  # type: ignore[arg-type]
    refused = shell(*WEIGHTY["token new"], person="ona@example.org", given=f"{CODE}\n")
    assert (refused.exit_code, "Set one up at the desk" in refused.stderr) == (Exit.AUTHENTICATION, True)


def test_what_is_not_weighty_asks_for_nothing(shell: Shell, ref: str) -> None:
    shell.ok("case", "view", ref)
    shell.ok("case", "note", ref, "words")


def test_control_on_a_trial_nothing_is_asked(shell: Shell) -> None:
    home = shell.home
    open_ = Shell(replace(home, desk=replace(home.desk, doors=Doors(trial=True))))
    open_.ok(*WEIGHTY["token new"])


def test_a_case_that_one_may_not_know_of_is_not_found_before_any_code(shell: Shell, ref: str) -> None:
    """Otherwise the question itself would tell that there is a case."""
    shell.home.desk.people.add("Eve", "eve@example.org", {"example": frozenset({"owner"})})  # type: ignore[arg-type]
    for case in ("WHPG-2026-22222", ref):
        words = ("embargo", "lift", case, "--why", "early", "--reason", "x")
        assert shell(*words, person="eve@example.org").exit_code == Exit.NOT_FOUND
