# SPDX-License-Identifier: Apache-2.0
"""`tocsin release check`: does a release hold every fix that is due in it? Says no more than the case's reference."""

from __future__ import annotations

from datetime import datetime

import click

from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, as_person, desk, print_json, stop, table, who
from tocsin.delivery.cli.exits import Exit
from tocsin.services import branches
from tocsin.services.ports.git import GitFailed, Repository
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import case as query


@click.group()
def release() -> None:
    """Check releases against open cases."""


@release.command()
@click.argument("tag")
@click.option("--repo", default="", metavar="DIR", help="A repository at hand.  [default: the project's mirror]")
@click.option("-p", "--project", default="", help="Only this project.")
@as_person
@click.pass_context
def check(ctx: click.Context, tag: str, repo: str, project: str, person: str) -> None:
    """Say which cases have a fix that is due in TAG and is not in it, by reference only: build logs are public.

    Ends with 3 when there is one, with 5 when the tag is not there.
    """
    opened = desk(ctx)
    someone = who(opened, person)
    projects = [each for each in opened.people.projects(someone.id) if not project or each == project]
    if not projects:
        stop(f"there is no project {project}", Exit.NOT_FOUND)
    missing, asked = [], False
    for each in projects:
        repository = _repository(ctx, repo) or opened.mirrors.open(each)
        if repository is None or not any(ref.name == f"refs/tags/{tag}" for ref in repository.refs()):
            continue
        asked = True
        for row in opened.inbox.page(InboxQuery(projects=(each,), open=True, limit=1000)):
            found = query.authorised(opened, row.case, someone.id, "release.check")
            case = found[1].case if found else None
            if case is None or found is None or not case.asked.fix:
                continue
            told = branches.facts(opened, case, case.asked, repository)
            if isinstance(told, Refused) or branches.missed(case, told, tag):
                missing.append(row.case)
    if not asked:
        stop(f"no repository here has the tag {tag}", Exit.NOT_FOUND)
    for ref in missing:
        click.echo(ref)
    if missing:
        raise SystemExit(int(Exit.FINDINGS))


@release.command("list")
@click.option("--repo", default="", metavar="DIR", help="A repository at hand.  [default: the project's mirror]")
@click.option("-p", "--project", required=True, help="Whose policy says what is supported, and how often is released.")
@click.option("--supported", "only", is_flag=True, help="Only lines that the policy supports today.")
@as_json
@click.pass_context
def list_(ctx: click.Context, repo: str, project: str, only: bool, json_: bool) -> None:
    """List release lines as tags and branches show them: newest release, and when the next is to be expected."""
    opened = desk(ctx)
    info = opened.projects.get(project)
    repository = _repository(ctx, repo) or opened.mirrors.open(project)
    if info is None or repository is None:
        stop(f"there is no project {project}, or its repository was not fetched yet", Exit.NOT_FOUND)
    policy, source = opened.projects.policy(project, info.policy), opened.mirrors.source(project)
    try:
        found = branches.released(repository, policy, source.lines if source else "", source.scheme if source else "")
    except GitFailed as error:
        stop(str(error), Exit.NOT_FOUND)
    if only:
        found = branches.supported(policy, found, opened.now().date())
    if json_:
        print_json(found)
        return
    rows = [(each.line, each.newest, _day(each.released_at), _day(each.next_at), str(each.releases)) for each in found]
    table(("LINE", "NEWEST", "RELEASED", "NEXT EXPECTED", "RELEASES"), rows)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "-"


def _repository(ctx: click.Context, directory: str) -> Repository | None:
    if not directory:
        return None
    try:
        found: Repository = ctx.obj.repository(directory)
    except GitFailed as error:
        stop(str(error), Exit.NOT_FOUND)
    return found
