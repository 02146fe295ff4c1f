# SPDX-License-Identifier: Apache-2.0
"""Who gets what at the terminal: every command that there is, for everybody, on their own case, on another project's
and on one that never was. A command that is not listed here fails; the golden is the list that people read.

A person's command names them (`--as`). The rest belongs to whoever has the console, or works without an installation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.cli.conftest import Installation
from tests.desk import story
from tests.support import DATA, golden
from tocsin.boot.main import cli
from tocsin.core.vocabulary import PROJECT_ROLES, Role
from tocsin.delivery.cli.exits import Exit
from tocsin.testing.house import House, house

pytestmark = pytest.mark.slow

MADE_UP = "WHPG-2026-22222"
FILE = "FILE"
"""Stands for a file that the command reads."""

OUT = "OUT"
"""Stands for a file that the command writes."""

ON_A_CASE = """\
advisory adopt CASE FILE
advisory check CASE
advisory diff CASE
advisory draft CASE
distributor grid CASE
distributor tell CASE
advisory preview CASE
advisory publish CASE
branch list CASE
branch pick CASE
branch ranges CASE
branch reproduced CASE 7.3.1
branch sync CASE
case view CASE
case timeline CASE
case parties CASE
case approve CASE
case note CASE words
case reply CASE words
case write CASE words
case assign CASE
case undo CASE
case need-info CASE --question words
case investigate CASE --effect words --criticality high
case accept CASE
case reject CASE --class out-of-scope
case duplicate CASE --of WHPG-2026-33333
case reopen CASE --reason words
case score CASE CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
case cve CASE CVE-2026-12345
case lines CASE 7.3=affected
case fix CASE --author dana
case confirm-fix CASE
case plan CASE fix
case observe CASE --bit A
case record CASE retrospective
case harden CASE default
case answer CASE --template plan
case priority CASE
case point CASE utility
case consent CASE somebody
case decline CASE somebody
case clock CASE reporter Asia/Tokyo
case credit CASE reporter Kim
case party CASE somebody accepted
case product CASE somebody
case let-go CASE somebody --reason words
case pass-on CASE somebody --note words
case resend CASE 1 --to somebody
case invite CASE Example --part vendor --why words
case merge CASE --with WHPG-2026-33333 --reason words
case split CASE --title words --reason words
case transfer CASE --to nothing --reason words
case shred CASE --reason enough-words-for-a-reason
case break-glass CASE --reason enough-words-for-a-reason
case close CASE --outcome rejected
case snooze CASE 3d
case snooze CASE --wake
case export CASE --out OUT --force
embargo ics CASE
sla status CASE
contents CASE crash.log
embargo show CASE
embargo window CASE
embargo propose CASE --at 2027-01-01T12:00:00Z
embargo counter CASE --at 2027-01-01T12:00:00Z
embargo revise CASE --at 2027-01-01T12:00:00Z
embargo accept CASE
embargo reject CASE
embargo decline CASE
embargo decide CASE --at 2027-01-01T12:00:00Z --reason words
embargo lift CASE --why early --reason words
embargo terminate CASE --why early --reason words
fix verify CASE --reproducer FILE
limits due CASE
limits pack CASE linux-distros
log reads CASE
log timeline CASE
metrics retrospective CASE
policy explain CASE
cve status CASE
cve reserve CASE
cve answer CASE refused
cve count CASE
cve reject CASE --reason words
publish plan CASE
publish board CASE
publish arm CASE --at 2027-01-01T12:00:00Z --confirm x
publish now CASE --confirm x
advisory withdraw CASE --because words
publish disarm CASE --reason words
publish mark CASE github https://example.org/
publish resume CASE github
publish skip CASE github --reason words
forge cve CASE
forge issue draft CASE
forge issue open CASE
forge link CASE GHSA-2222-3333-4444
forge push CASE
forge resolve CASE --keep ours
mail add mail_1 CASE
mail key add CASE FILE
mail key list CASE
mail key verify CASE 0000
mail preview CASE reporter
mail tell CASE linux-distros --confirm x
channel preview CASE
"""

OF_A_PERSON = """\
advisory list
credential set warehousepg repository
credential list warehousepg
credential forget warehousepg repository
distributor list warehousepg
distributor show warehousepg Tide
distributor approve warehousepg Tide
distributor ask warehousepg Tide
distributor remove warehousepg Tide
case list
case shredded
project archive warehousepg
project list
project show warehousepg
sla check
sla status --kept
inbox
metrics badge --project warehousepg
metrics export
metrics hardening
metrics show
metrics skill
metrics year --project warehousepg --year 2026
policy adopt FILE
radar scan FILE
release check v7.3.1
forge issue leave warehousepg 1
forge issue take warehousepg 1
mail held
mail me
mail show mail_1
mail report mail_1
mail discard mail_1 --reason words
mail key of-list warehousepg linux-distros FILE --fingerprint 0000
duty show warehousepg
duty set warehousepg dana
duty swap warehousepg 2026-03-16 dana
duty away warehousepg 2026-03-16 2026-03-20
duty back warehousepg 2026-03-16
duty home warehousepg DE-BY
duty note warehousepg words
intake pause warehousepg --until 2026-03-20T00:00:00Z
intake resume warehousepg
intake show warehousepg
webhook add warehousepg https://example.org/
webhook deliveries warehousepg
webhook list warehousepg
webhook redeliver warehousepg dlv_1
webhook remove warehousepg x
webhook secret warehousepg x
webhook test warehousepg x
token list
token new --project warehousepg --label x
token revoke tok_1
"""
"""Commands of a person that name no case: their exit codes stand in the golden."""

CONSOLE = frozenset({
    "backup drill", "backup list", "forge issue list", "forge status", "forge sync", "forge webhook",
    "mail feed", "mail key create", "mail key import", "mail key show", "mail queue",
    "mail test", "webhook events", "db move", "db roles", "db show", "demo", "doctor", "incident", "init",
    "keys ledger", "keys rotate", "keys seal", "keys show", "keys unseal", "log checkpoint", "log export", "panic",
    "people add", "people administrator", "people end", "people link", "people list", "people reset", "recovery make",
    "recovery restore", "recovery verify", "release list", "restore", "rollout", "serve", "signals load",
    "signals show", "site key", "site write", "upgrade", "verify", "witness",
})  # fmt: skip
"""Whoever has the console has the machine; they open no case in words, and name nobody."""

ANYWHERE = frozenset({
    "affected", "api call", "api schema", "auth login", "auth logout", "auth status", "case verify", "claims check",
    "completion", "cvss calc", "cvss convert", "cvss diff", "doc convert", "drill",
    "feed mirror", "feed verify", "fix hooks", "git facts", "harden", "limits list", "limits show", "lint document",
    "lint leak", "lint security-md",
    "lint security-txt", "log verify", "policy check", "policy diff", "policy due", "policy import", "policy render",
    "policy show", "policy test", "protocol export", "protocol run", "report new", "similar", "versions compare",
    "versions contains", "versions schemes",
})  # fmt: skip
"""What needs no installation, or is anybody's to do: handing a report in."""


def commands(command: click.Command, before: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that can be typed, by its words."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from commands(found, (*before, name))
    else:
        yield " ".join(before), command


def named(line: str) -> str:
    """The command of a line of the lists above."""
    known = {name for name, _ in commands(cli)}
    words = line.split()
    return next(name for end in (3, 2, 1) if (name := " ".join(words[:end])) in known)


class Terminal:
    """One installation, and everybody at its terminal."""

    def __init__(self, scratch: Path) -> None:
        self.house: House = house()
        self.file = scratch / "file.txt"
        self.file.write_text("nothing\n", encoding="utf-8")
        self.own = story.report(self.house)
        elsewhere = story.second(self.house)
        self.other = story.report(self.house, project=elsewhere)
        people = self.house.desk.people
        for role in PROJECT_ROLES:
            people.add(role.value, f"{role.value}@example.org", {story.PROJECT: frozenset({role})})
        people.add("elsewhere", "elsewhere@example.org", {elsewhere: frozenset(PROJECT_ROLES)})
        for name in ("former", "ended"):
            people.add(name, f"{name}@example.org", {story.PROJECT: frozenset({Role.OWNER})})
        people.add("former", "former@example.org", {story.PROJECT: frozenset()})
        people.end(next(each.id for each, _ in people.everybody() if each.name == "ended"))
        ada = people.add("administrator", "administrator@example.org", {})
        people.appoint(ada.id, administrator=True)

    def __call__(self, line: str, person: str, case: str) -> tuple[int, str]:
        """Type a line as somebody; returns the exit code and all that was said."""
        known = {FILE: str(self.file), OUT: str(self.file.with_name("out")), "CASE": case}
        words = [known.get(word, word) for word in line.split()]
        environment = {"TOCSIN_AS": f"{person}@example.org", "NO_COLOR": "1"}
        done = CliRunner().invoke(cli, words, obj=Installation(self.house), env=environment)
        return done.exit_code, done.output.replace(case, "CASE")


WHO = (*(role.value for role in PROJECT_ROLES), "administrator", "elsewhere", "former", "ended")
READERS = ("owner", "maintainer", "release-manager", "triager", "publisher", "coordinator", "auditor")
STRANGERS = ("distributor", "administrator", "elsewhere", "former", "ended")

Heard = dict[tuple[str, str, str], tuple[int, str]]
"""By line, person and which case: exit code and words."""


def test_every_line_is_a_command_as_somebody_would_type_it(heard: Heard) -> None:
    """A line that no one could type would have been stopped before anybody's roles were asked."""
    ended = {
        line for (line, person, _), (code, _) in heard.items() if person == "ended" and code != Exit.AUTHENTICATION
    }
    assert ended == {"policy adopt FILE"}  # which reads the file first: a policy has to be one


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """Everything said to everybody; each person has an installation of their own, so that no move disturbs another."""
    found: Heard = {}
    for person in WHO:
        terminal = Terminal(tmp_path_factory.mktemp(person))
        for line in ON_A_CASE.splitlines():
            for which, case in (("absent", MADE_UP), ("other", terminal.other), ("own", terminal.own)):
                found[line, person, which] = terminal(line, person, case)
        for line in OF_A_PERSON.splitlines():
            found[line, person, ""] = terminal(line, person, terminal.own)
    return found


def test_every_command_is_listed_as_what_it_is() -> None:
    every = dict(commands(cli))
    persons = {named(line) for line in (ON_A_CASE + OF_A_PERSON).splitlines()}
    assert set(every) == persons | CONSOLE | ANYWHERE
    assert not CONSOLE & ANYWHERE
    assert {name for name, each in every.items() if asks_who(each)} == persons


def asks_who(command: click.Command) -> bool:
    return any("--as" in each.opts for each in command.params)


def test_the_golden_says_who_gets_what_from_every_command(heard: Heard) -> None:
    lines = []
    for line in (ON_A_CASE + OF_A_PERSON).splitlines():
        for which in ("own", "other", "absent") if line in ON_A_CASE else ("",):
            codes: dict[str, list[str]] = {}
            for person in WHO:
                codes.setdefault(Exit(heard[line, person, which][0]).name, []).append(person)
            told = "; ".join(f"{code}: {' '.join(found)}" for code, found in sorted(codes.items()))
            lines.append(f"{line}{f' ({which})' if which else ''}: {told}")
    golden(DATA / "access-commands.txt", "\n".join(lines) + "\n")


def leaks(heard: Heard) -> list[str]:
    """Where a case that somebody may not see sounds different from one that never was."""
    found = []
    for line in ON_A_CASE.splitlines():
        for person in WHO:
            hidden = ("own", "other") if person in STRANGERS else ("other",)
            hidden = ("own",) if person == "elsewhere" else hidden
            if line.startswith("case break-glass") and person == "administrator":
                continue  # who may ask to read a case has to know whether it is there
            found += [
                f"{line} as {person}: {which}"
                for which in hidden
                if heard[line, person, which] != heard[line, person, "absent"]
            ]
    return found


def test_what_may_not_be_seen_sounds_like_what_is_not_there(heard: Heard) -> None:
    assert leaks(heard) == []


def test_nobody_elses_case_stands_in_any_words(heard: Heard) -> None:
    for (line, person, which), (_, words) in heard.items():
        hidden = person in STRANGERS and which != "other" and person != "elsewhere"
        if hidden or (which == "other" and person != "elsewhere"):
            assert story.PLPERL.title not in words, (line, person, which)


def test_control_a_different_word_would_be_seen(heard: Heard) -> None:
    """Negative control: an answer that names what it hides is found."""
    line = "case view CASE"
    assert leaks(heard | {(line, "former", "own"): (int(Exit.REFUSED), "This case is not for you.\n")})
    assert leaks(heard | {(line, "owner", "other"): (int(Exit.NOT_FOUND), "There is no such case!\n")})


def test_no_command_ends_in_a_fault(heard: Heard) -> None:
    faults: list[Any] = [key for key, (_, words) in heard.items() if "Traceback" in words]
    assert faults == []
