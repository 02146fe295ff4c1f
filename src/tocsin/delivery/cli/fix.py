# SPDX-License-Identifier: Apache-2.0
"""`tocsin fix`: prove a case's fix on every line, in a sandbox without a network; and hooks for private work."""

from __future__ import annotations

import platform
import shlex
from pathlib import Path

import click

from tocsin.core.case import commands as cmd
from tocsin.delivery.cli.at_case import case_argument
from tocsin.delivery.cli.branch import Held, repo
from tocsin.delivery.cli.context import act, as_person, inert, stop, table
from tocsin.delivery.cli.exits import Exit
from tocsin.services import proof_of_fix
from tocsin.services.proof_of_fix import Plan, Proof

HOOKS = {
    "commit-msg": "branch=$(git symbolic-ref --short -q HEAD || true)\n"
    'exec tocsin lint leak{words} --message "$1" --staged --branch "$branch"\n',
    "pre-push": "while read -r _ new _ old; do\n"
    '    case $new in *[!0]*) tocsin lint leak{words} --pushed "$old" "$new" || exit 1 ;; esac\n'
    "done\n",
}
"""What the hooks run. They stop what tells too much; nobody has to remember anything."""


@click.group()
def fix() -> None:
    """Prove a fix before it goes out, and keep private work quiet."""


@fix.command()
@case_argument
@click.option("--reproducer", required=True, metavar="COMMAND", help="Ends with 0 when the fault is not there.")
@click.option(
    "--file", "files", multiple=True, type=click.Path(exists=True, dir_okay=False), help="Goes to /reproducer."
)
@click.option("--build", default="", metavar="COMMAND", help="How to build.  [default: from the settings]")
@click.option("--test", default="", metavar="COMMAND", help="The project's tests.  [default: from the settings]")
@click.option("--line", "only", multiple=True, help="Only this line, again for each.")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="Lines at once.")
@repo
@as_person
@click.pass_context
def verify(
    ctx: click.Context, /, given: str, person: str, repo: str, files: tuple[str, ...], only: tuple[str, ...], jobs: int,
    **commands: str,
) -> None:  # fmt: skip
    """Run the reproducer on every line without and with its fix, and the tests with it. Results stay as evidence.

    Ends with 3 when a line is not proven; the case then says that it is not tested, and the policy's gate holds.
    """
    held = Held(ctx, person, given, repo, "fix.verify")
    sandbox = held.desk.sandbox
    missing = sandbox.missing() if sandbox else "this installation has no sandbox"
    if sandbox is None or missing:
        stop(f"nothing was run: {missing}", Exit.FAILED)
    lines = proof_of_fix.targets(held.case, only)
    if not lines:
        stop("no line has a fix to prove; “tocsin branch sync” finds them", Exit.NOT_FOUND)
    source = held.desk.mirrors.source(held.case.project)
    plan = Plan(
        reproducer=_words(commands["reproducer"]),
        build=_words(commands["build"] or (source.build if source else "")),
        test=_words(commands["test"] or (source.test if source else "")),
        files=files,
        machine=platform.node(),
    )
    running = proof_of_fix.prove(sandbox, held.repository, lines, plan, held.desk.now, jobs)
    with click.progressbar(running, length=len(lines), label="lines", item_show_func=_shown) as bar:
        proofs = list(bar)
    act(held.desk, held.person, held.case.ref, cmd.SetLines(lines=proof_of_fix.recorded(held.case, proofs)))
    table(
        ("LINE", "COMMIT", "WITHOUT", "WITH", "SECONDS", "RESULT"),
        [
            (proof.line, proof.test.commit[:12], "fails" if proof.test.before else "?",
             "passes" if proof.test.after else "?", f"{proof.test.seconds:.0f}", proof.why or "proven")
            for proof in proofs
        ],
    )  # fmt: skip
    if any(not proof.test.passed for proof in proofs):
        raise SystemExit(int(Exit.FINDINGS))


def _shown(proof: Proof | None) -> str:
    return proof.line if proof else ""


def _words(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise click.BadParameter(f"{command!r}: {error}") from None


@fix.command()
@click.option("--repo", "directory", default=".", type=click.Path(file_okay=False, path_type=Path), show_default=True)
@click.option("--word", "words", multiple=True, help="A word of your own that must not be seen, again for each.")
def hooks(directory: Path, words: tuple[str, ...]) -> None:
    """Write git hooks into a working copy that refuse messages, branches, tests and comments that tell too much."""
    also = "".join(f" --word {shlex.quote(word)}" for word in words)
    place = directory / ".git" / "hooks"
    if not place.parent.is_dir():
        stop(f"{directory} is no working copy", Exit.NOT_FOUND)
    place.mkdir(exist_ok=True)
    for name, text in HOOKS.items():
        path = place / name
        if path.exists() and "tocsin lint leak" not in path.read_text(encoding="utf-8", errors="replace"):
            stop(f"{inert(str(path))} is there already and is not ours; add “tocsin lint leak” to it", Exit.CONFLICT)
        path.write_text(f"#!/bin/sh\n# Written by tocsin fix hooks.\n{text.replace('{words}', also)}", encoding="utf-8")
        path.chmod(0o755)
        click.echo(inert(str(path)))
