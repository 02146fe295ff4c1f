# SPDX-License-Identifier: Apache-2.0
"""`tocsin policy`: a project's policy as a file, from prose and back, and what it promises when.

Everything but `explain CASE` and `adopt` works on files alone, without an installation. POLICY is a file, or the name
of one of the policies that come with the product (`community`, `warehousepg`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from tocsin.core.policy import stories
from tocsin.core.policy.answers import answer, proposed
from tocsin.core.policy.changes import deadlines_moved, terms_changed
from tocsin.core.policy.choices import Choice, initials
from tocsin.core.policy.clause import Section
from tocsin.core.policy.clauses import sentences, timed_rules
from tocsin.core.policy.describe import intake_words, security_md, security_txt
from tocsin.core.policy.drift import drift
from tocsin.core.policy.explain import due_after, explain, unmeasurable
from tocsin.core.policy.facts import Known
from tocsin.core.policy.importer import import_security_md
from tocsin.core.policy.lint import Finding, Severity, lint_security_md
from tocsin.core.policy.load import from_tables, load, uncited
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid, Problem
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.policy.tables import tables
from tocsin.core.policy.toml_write import write
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import code, content, print_json, printable, show
from tocsin.delivery.cli.lint import instant

OWN = ".tocsin/policy.toml"
OWN_STORIES = ".tocsin/stories"
DOCUMENT = "SECURITY.md"

_policy = click.argument("policy_file", metavar="POLICY", default=OWN)
_json = click.option("--json", "json_", is_flag=True, help="Print one JSON object.")
_received = click.option("--received", required=True, metavar="INSTANT", help="When the clock starts, with its zone.")


@click.group()
def policy() -> None:
    """Read, check, explain and render a security policy; import one from a SECURITY.md."""


def text_of(name: str) -> str:
    """Return the text of a policy file, or of a policy that comes with the product."""
    if name in NAMES and not Path(name).exists():
        return seed(name) or ""
    return content(name).decode("utf-8", "replace")


def base_of(name: str) -> str | None:
    """Find what a policy extends: a file beside it, or a policy that comes with the product."""
    path = Path(name)
    return path.read_text("utf-8", "replace") if path.suffix == ".toml" and path.is_file() else seed(name)


def opened(name: str, json_: bool = False) -> Policy:
    """Load a policy, or end with every problem it has. What `policy import --json` printed is taken as well."""
    text = text_of(name)
    loaded = _from_json(text) if text.lstrip().startswith("{") else load(text, base_of)
    if isinstance(loaded, Invalid):
        refuse_policy(name, loaded.problems, json_)
    return loaded


def _from_json(text: str) -> Policy | Invalid:
    try:
        raw = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        return Invalid(problems=(Problem(line=1, path="", code="not-json", message=str(error)),))
    inner = raw.get("policy", raw)
    return from_tables(inner if isinstance(inner, dict) else {}, base_of)


def refuse_policy(name: str, problems: tuple[Problem, ...], json_: bool) -> NoReturn:
    """Show every problem of a policy and end with exit code 3."""
    show(name, [_as_finding(problem, Severity.ERROR) for problem in problems], "json" if json_ else "text", {})


def _as_finding(problem: Problem, severity: Severity) -> Finding:
    remedy = f": {problem.remedy}" if problem.remedy else ""
    return Finding(line=problem.line, code=problem.code, severity=severity, message=problem.message + remedy)


@policy.command("show")
@_policy
@_json
def show_policy(policy_file: str, json_: bool) -> None:
    """Say in words what POLICY promises."""
    loaded = opened(policy_file, json_)
    if json_:
        print_json({"version": loaded.version, "policy": tables(loaded)})
        return
    click.echo(f"{loaded.project.name}  policy {loaded.version[:12]}")
    order = list(Section)
    for sentence in sorted(sentences(loaded), key=lambda each: (order.index(each.section), each.group, each.order)):
        origin = sentence.source.cite or ("chosen" if sentence.source.chosen else "")
        click.echo(f"  {printable(sentence.text.splitlines()[0])}" + (f"  [{origin}]" if origin else ""))
    for text in unmeasurable(loaded):
        click.echo(f"  cannot be measured, choose a number: {printable(text)}")


@policy.command("import")
@click.argument("file", default=DOCUMENT)
@click.option("--choose", is_flag=True, help="Ask for every choice: Enter takes the proposal, “-” leaves it open.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the policy to this file.")
@_json
def import_(file: str, choose: bool, out: Path | None, json_: bool) -> None:
    """Propose a policy for FILE, an existing SECURITY.md, and list the choices it leaves.

    With --choose they are asked one by one, and what was answered is marked as the project's own choice.
    """
    data = content(file)
    imported = import_security_md(data)
    findings = lint_security_md(data)
    if json_:
        unread = [{"line": unit.first, "text": unit.text} for unit in imported.reading.not_understood]
        choices = imported.choices
        print_json({"policy": imported.policy, "choices": choices, "findings": findings, "not_understood": unread})
        return
    text = write(answer(imported.policy, _asked(imported.choices, file)) if choose else imported.policy)
    if choose and isinstance(loaded := load(text, base_of), Invalid):
        refuse_policy("what was chosen", loaded.problems, json_)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"wrote {out}", err=True)
    for choice in () if choose else imported.choices:
        proposal = f" Proposed: {proposed(choice)}." if choice.proposal is not None else ""
        click.echo(f"choose {choice.path}: {_question(choice, file)}{proposal}", err=True)
    click.echo(f"{len(imported.reading.not_understood)} sentences were kept as they are", err=True)
    if imported.choices and not choose:
        click.echo(f"next: tocsin policy import {file} --choose --out policy.toml   (asks them one by one)", err=True)


def _question(choice: Choice, file: str) -> str:
    return printable(choice.question) + (f" ({file}:{choice.line})" if choice.line else "")


def _asked(choices: tuple[Choice, ...], file: str) -> dict[str, str]:
    """Ask on the terminal, on standard error, so that the policy alone goes to standard output."""
    answers: dict[str, str] = {}
    for choice in choices:
        default = proposed(choice)
        if choice.path == "project.prefix" and answers.get("project.name"):
            default = initials(answers["project.name"])
        offered = "" if "..." in default else default
        told = click.prompt(_question(choice, file), default=offered, show_default=bool(offered), err=True)
        answers[choice.path] = "" if told.strip() == "-" else told
    return answers


@policy.command("render")
@_policy
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Directory to write to.")
@click.option("--url", default="", help="Where the installation is, for a POLICY without [security_txt].")
@click.option("--as-of", default="", metavar="INSTANT", help="When security.txt is made.  [default: now]")
@_json
def render(policy_file: str, out: Path, url: str, as_of: str, json_: bool) -> None:
    """Write SECURITY.md, the words of the report form, and security.txt where POLICY has what it needs."""
    loaded = opened(policy_file, json_)
    words = msgspec.json.format(msgspec.json.encode(intake_words(loaded)), indent=2).decode()
    documents = {DOCUMENT: security_md(loaded), "intake.json": words + "\n"}
    if loaded.security_txt or url:
        try:
            documents["security.txt"] = security_txt(loaded, instant(as_of), url)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        (out / name).write_text(text, encoding="utf-8")
    if json_:
        print_json({"written": [str(out / name) for name in documents]})
        return
    for name in documents:
        click.echo(f"wrote {out / name}")
    if "security.txt" not in documents:
        click.echo(
            "no security.txt: the policy has no [security_txt] with url and expires_after; or give --url", err=True
        )


@policy.command("check")
@_policy
@click.option("--document", default="", help="The published SECURITY.md to compare with.")
@_json
def check(policy_file: str, document: str, json_: bool) -> None:
    """Check POLICY by itself, and for drift from the published document."""
    loaded = opened(policy_file, json_)
    own = [_as_finding(each, Severity.WARNING) for each in uncited(text_of(policy_file), base_of)]
    drifted = list(drift(loaded, content(document))) if document else []
    if json_:
        print_json({"file": policy_file, "findings": own, "document": document, "drift": drifted})
        raise SystemExit(int(code([*own, *drifted])))
    for name, findings in ((policy_file, own), (document, drifted)):
        for each in findings:
            click.echo(f"{name}:{each.line}  {each.severity.value[0].upper()} {each.code}  {printable(each.message)}")
    click.echo(
        f"policy {loaded.version[:12]}: {len(own)} findings, {sum(each.severity != 'info' for each in drifted)} drift"
    )
    raise SystemExit(int(code([*own, *drifted])))


@policy.command("due")
@_policy
@_received
@click.option("--promise", required=True, help="Name of the promise, such as first_feedback.")
@_json
def due(policy_file: str, received: str, promise: str, json_: bool) -> None:
    """Say when a promise of POLICY is due whose clock starts at INSTANT, and why."""
    loaded = opened(policy_file, json_)
    found = due_after(loaded, promise, instant(received))
    if found is None:
        known = ", ".join(rule.name for rule in timed_rules(loaded)) or "none has a number"
        click.echo(f"tocsin: no promise with a number is called {promise!r}: {known}", err=True)
        raise SystemExit(int(Exit.NOT_FOUND))
    if json_:
        warnings = [{"at": alert.at, "share": alert.share, "to": alert.told} for alert in found.warnings]
        print_json({"due": found.due_at, "explain": [*found.explain], "sentence": explain(found), "warnings": warnings})
        return
    click.echo(explain(found))


@policy.command("explain")
@click.argument("case")
@click.option("--received", default="", metavar="INSTANT", help="Explain POLICY for a report of this instant instead.")
@click.option("--as", "person", envvar="TOCSIN_AS", default="", help="Who asks: e-mail address, name or id.")
@_json
@click.pass_context
def explain_case(ctx: click.Context, case: str, received: str, person: str, json_: bool) -> None:
    """Say why each promise of CASE is due when it is; with --received, of a policy file."""
    if received:
        start = instant(received)
        lines = [explain(rule.starts(start)) for rule in timed_rules(opened(case, json_))]
    else:
        lines = _of_case(ctx, case, person)
    if json_:
        print_json({"explain": lines})
        return
    for line in lines:
        click.echo(printable(line))


def _of_case(ctx: click.Context, case: str, person: str) -> list[str]:
    """Explain the promises of a case of the local installation. Imported here: files need no installation."""
    from tocsin.delivery.cli import context
    from tocsin.delivery.cli.exits import refuse
    from tocsin.services.cases import NOT_FOUND
    from tocsin.services.queries.case import view

    desk = context.desk(ctx)
    someone = context.who(desk, person)
    shown = view(desk, context.reference(desk, someone, case), someone.id)
    if shown is None:
        refuse(NOT_FOUND)
    return [f"{promise.title}: {'; '.join(promise.explain)}" for promise in shown.promises]


@policy.command("adopt")
@_policy
@click.option("--owner", default="", help="E-mail address of who owns the project, when it is a new one.")
@click.option("--as", "person", envvar="TOCSIN_AS", default="", help="In whose name: e-mail address, name or id.")
@click.pass_context
def adopt(ctx: click.Context, policy_file: str, owner: str, person: str) -> None:
    """Put POLICY in force in the local installation; a project that is not there yet is made."""
    from tocsin.delivery.cli import context
    from tocsin.delivery.cli.exits import refuse
    from tocsin.services import policies
    from tocsin.services.cases import NOT_FOUND

    desk = context.desk(ctx)
    loaded, text = opened(policy_file), text_of(policy_file)
    if desk.projects.get(loaded.project.id) is None:
        made = desk.projects.adopt(text, owner or "the command line", desk.now())
        if owner:
            desk.people.add(owner.partition("@")[0], owner, {made.id: policies.OWNER})
        click.echo(f"{made.name} is {made.id}, its cases begin with {made.prefix}")
        return
    someone = context.who(desk, person)
    actor = desk.people.actor(someone.id, loaded.project.id)
    done = policies.put_in_force(desk, actor, loaded.project.id, text) if actor else None
    if done is None or isinstance(done, Refused):
        refuse(done or NOT_FOUND)
    click.echo(f"{done.name}: {done.policy[:12]} is in force for reports from now on; open cases keep theirs")


@policy.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--received", default="", metavar="INSTANT", help="Also show the deadlines of a report of this instant.")
@_json
def diff(old: str, new: str, received: str, json_: bool) -> None:
    """List the terms in which two policies differ, and the deadlines that would move."""
    before, after = opened(old, json_), opened(new, json_)
    terms = terms_changed(before, after)
    moved = deadlines_moved(before, after, Known(received_at=instant(received))) if received else ()
    if json_:
        print_json({"terms": terms, "deadlines": moved})
        return
    for term in terms:
        click.echo(f"{term.path}: {_term(term.before)} -> {_term(term.after)}")
    for deadline in moved:
        click.echo(str(deadline))


def _term(value: Any) -> str:
    return "not stated" if value is None else printable(str(value))


@policy.command("test")
@click.argument("directory", type=click.Path(path_type=Path), default=OWN_STORIES)
@click.option("--policy", "policy_file", default=OWN, show_default=True, help="The policy the stories are about.")
@_json
def test(directory: Path, policy_file: str, json_: bool) -> None:
    """Run every story (*.toml) below DIRECTORY against a policy, on a virtual clock."""
    files = sorted(directory.rglob("*.toml"))
    if not files:
        click.echo(f"tocsin: no stories below {directory}", err=True)
        raise SystemExit(int(Exit.NOT_FOUND))
    own = opened(policy_file, json_) if policy_file in NAMES or Path(policy_file).exists() else None
    results = [_run(path, own) for path in files]
    failed = sum(bool(result["failures"]) for result in results)
    if json_:
        print_json({"stories": results, "failed": failed})
    else:
        for result in results:
            click.echo(f"{'FAILS' if result['failures'] else 'holds'}  {result['file']}  {printable(result['claim'])}")
            for failure in result["failures"]:
                click.echo(f"       {printable(failure)}")
        click.echo(f"{len(results) - failed} hold, {failed} fail")
    raise SystemExit(int(Exit.FINDINGS if failed else Exit.OK))


def _run(path: Path, own: Policy | None) -> dict[str, Any]:
    story = stories.read(path.read_text("utf-8", "replace"))
    if isinstance(story, Invalid):
        return {"file": str(path), "claim": "", "failures": [str(problem) for problem in story.problems]}
    return {"file": str(path), "claim": story.claim, "failures": list(stories.run(story, own, base_of))}
