# SPDX-License-Identifier: Apache-2.0
"""`tocsin branch`: the board of a case, from git: lines, what was found on each, ranges, and help with backports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tocsin.core.advisory.assemble import ranged
from tocsin.core.backports import names
from tocsin.core.case.events import Asked
from tocsin.core.case.model import Case
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import Policy
from tocsin.core.versions import osv_ranges, scheme, sentence
from tocsin.core.vocabulary import Actor, Refused
from tocsin.delivery.cli.at_case import case_argument, move
from tocsin.delivery.cli.context import (
    act,
    as_json,
    as_person,
    desk,
    inert,
    print_json,
    reference,
    stop,
    table,
    who,
    write_for_oneself,
)  # fmt: skip
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import branches, cases, gitfacts
from tocsin.services.app import Desk
from tocsin.services.ports.git import GitFailed, Repository
from tocsin.services.ports.world import PersonInfo
from tocsin.services.queries import case as query
from tocsin.services.queries.branches import support

repo = click.option("--repo", default="", metavar="DIR", help="A repository at hand.  [default: the project's mirror]")


class Held:
    """A case opened for a person, with the repository to ask."""

    def __init__(self, ctx: click.Context, person: str, given: str, directory: str, purpose: str) -> None:
        self.desk: Desk = desk(ctx)
        self.person: PersonInfo = who(self.desk, person)
        found = query.authorised(self.desk, reference(self.desk, self.person, given), self.person.id, purpose)
        if found is None:
            refuse(cases.NOT_FOUND)
        self.actor: Actor = found[0]
        self.case: Case = found[1].case
        self.policy: Policy = found[1].policy
        self.given = directory
        self._opens = getattr(ctx.obj, "repository", None)

    @property
    def at_hand(self) -> Repository | None:
        """The repository named on the command line."""
        if not self.given or self._opens is None:
            return None
        try:
            opened: Repository = self._opens(self.given)
        except GitFailed as error:
            stop(str(error), Exit.NOT_FOUND)
        return opened

    @property
    def repository(self) -> Repository:
        """The repository named, or the project's mirror; ends with 5 without either."""
        found = self.at_hand or self.desk.mirrors.open(self.case.project)
        if found is None:
            stop("the project's repository was not fetched yet; name one with --repo", Exit.NOT_FOUND)
        return found


@click.group()
def branch() -> None:
    """Look at the release lines of a case and let git fill them. CASE is a reference or a row of the inbox."""


@branch.command("list")
@case_argument
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show the board: every line, its state, its fix, and the evidence."""
    held = Held(ctx, person, given, "", "case.read")
    if json_:
        print_json({"lines": held.case.lines, "asked": held.case.asked, "update": branches.pending(held.case)})
        return
    show(held.case, held.policy)


def show(case: Case, policy: Policy) -> None:
    """Print the board, the sentence, and what an update would say."""
    rows = []
    for line in case.lines:
        due = branches.next_release(policy, line)
        state = line.state.value.replace("-", " ") + (", tested" if line.tested else "")
        waived = f"waived by {line.waived_by}: {line.waiver}" if line.waiver else ""
        why = waived or line.reason or "; ".join(("" if each.strong else "? ") + each.says for each in line.evidence)
        known = (line.introduced, line.fixed_in, line.commit[:12], f"{due:%Y-%m-%d}" if due else "")
        rows.append((line.line, support(line), state, *(each or "-" for each in known), why))
    if rows:
        table(("LINE", "SUPPORT", "STATE", "SINCE", "FIXED IN", "COMMIT", "NEXT RELEASE", "WHY"), rows)
    else:
        click.echo(f"no lines yet: tocsin branch sync {case.ref} --fix COMMIT, or tocsin case lines {case.ref} ...")
    _progress(case)
    used = scheme(policy.versions.scheme if policy.versions else "generic")
    click.echo(sentence(used, ranged(case)))
    for news in branches.pending(case):
        click.echo(f"not published yet: {news}")


def _progress(case: Case) -> None:
    supported = [line for line in case.lines if line.supported]
    settled = [line for line in supported if line.fixed_in or line.waiver or line.state.value == "not-affected"]
    if supported:
        bar = "#" * len(settled) + "." * (len(supported) - len(settled))
        click.echo(f"\n[{bar}] {len(settled)} of {len(supported)} supported lines are settled")


@branch.command()
@case_argument
@click.argument("version")
@click.option("--not", "unseen", is_flag=True, help="The fault was not seen on this version.")
@click.option("--with", "configuration", default="", help="Hardware and configuration that it takes.")
@click.option("--note", default="", help="What was done, and what was seen.")
@click.option("--unaffected", is_flag=True, help="With --not: you conclude that the line is not affected.")
@as_person
@click.pass_context
def reproduced(ctx: click.Context, /, given: str, person: str, version: str, unseen: bool, **said: Any) -> None:
    """Record that you saw the fault on VERSION, or did not; the case's lines follow what was seen."""
    move(ctx, person, given, "record-reproduction", "noted", version=version, reproduced=not unseen, **said)


@branch.command()
@case_argument
@click.option("--fix", multiple=True, metavar="SHA", help="Fix commit, again for each.  [default: as asked before]")
@click.option("--introduced", multiple=True, metavar="SHA", help="What brought the fault, again for each.")
@click.option("--same", multiple=True, metavar="SHA=SHA", help="Two commits that you confirm to be the same change.")
@click.option("--not-same", multiple=True, metavar="SHA=SHA", help="Two commits that are not.")
@repo
@as_person
@click.pass_context
def sync(ctx: click.Context, /, given: str, person: str, repo: str, **asked: tuple[str, ...]) -> None:
    """Ask git where the fix stands and set the case's lines accordingly. What people said of a line stays."""
    held = Held(ctx, person, given, repo, "branch.sync")
    before = held.case.asked
    question = Asked(
        fix=asked["fix"] or before.fix,
        introduced=asked["introduced"] or before.introduced,
        same=before.same,
        other=before.other,
    )
    for option, alike in (("same", True), ("not_same", False)):
        for pair in asked[option]:
            question = _confirmed(held, question, pair, alike)
    wanted = branches.command(held.desk, held.case, held.policy, question, held.at_hand)
    if isinstance(wanted, Refused):
        refuse(wanted)
    show(act(held.desk, held.person, held.case.ref, wanted), held.policy)


def _confirmed(held: Held, asked: Asked, pair: str, alike: bool) -> Asked:
    commit, sign, of = pair.partition("=")
    if not sign:
        raise click.BadParameter("write it SHA=SHA")
    try:
        commit, of = held.repository.resolve(commit), held.repository.resolve(of)
    except GitFailed as error:
        stop(str(error), Exit.NOT_FOUND)
    return branches.confirm(asked, commit, of, held.person.id, alike)


@branch.command()
@case_argument
@as_person
@as_json
@click.pass_context
def ranges(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show the affected ranges that every document is made from."""
    held = Held(ctx, person, given, "", "case.read")
    used = scheme(held.policy.versions.scheme if held.policy.versions else "generic")
    lines = ranged(held.case)
    if json_:
        print_json({"osv": osv_ranges(used, lines), "sentence": sentence(used, lines)})
        return
    for found in osv_ranges(used, lines):
        events = found["events"]
        click.echo(f"{found['type']}: {' '.join(str(each) for each in (events if isinstance(events, list) else ()))}")
    click.echo(sentence(used, lines))


@branch.command()
@case_argument
@repo
@click.option("--patches", type=click.Path(file_okay=False, path_type=Path), help="Write a patch for each line here.")
@as_person
@as_json
@click.pass_context
def pick(ctx: click.Context, given: str, repo: str, patches: Path | None, person: str, json_: bool) -> None:
    """Try the fix on every line that needs it, in memory: clean or not, which files conflict, equal to what is there.

    The pick is tried from the nearest newer line that has the fix. Prints a neutral name for the branch to work on.
    """
    held = Held(ctx, person, given, repo, "branch.pick")
    asked = held.case.asked
    told = branches.facts(held.desk, held.case, asked, held.at_hand)
    if isinstance(told, Refused):
        refuse(told)
    reading = gitfacts.Reading(held.repository)
    source = held.desk.mirrors.source(held.case.project)
    rows = gitfacts.picks(reading, told, asked.fix, source.lines if source else "")
    if json_:
        print_json([{**dict(zip(("line", "from", "clean", "conflicts", "same"), each.row, strict=True)),
                     "branch": names.branch(held.case.ref, each.line)} for each in rows])  # fmt: skip
    else:
        table(
            ("LINE", "FROM", "APPLIES", "BRANCH"),
            [(each.line, each.start[:12], each.words, names.branch(held.case.ref, each.line)) for each in rows],
        )
    if patches is not None:
        _write(held, patches)


def _write(held: Held, directory: Path) -> None:
    """One patch for each line that has a fix, named so that any list takes it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = held.case.cve_id or held.case.advisory_id or "fix"
    for line in _with_commit(held.case):
        path = directory / names.patch(name, line.line)
        try:
            write_for_oneself(path, held.repository.patch(line.commit).encode())
        except GitFailed as error:
            stop(str(error), Exit.NOT_FOUND)
        click.echo(inert(str(path)))


def _with_commit(case: Case) -> list[LineFact]:
    return [line for line in case.lines if line.commit]
