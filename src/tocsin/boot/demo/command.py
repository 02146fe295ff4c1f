# SPDX-License-Identifier: Apache-2.0
"""`tocsin demo`: a throw-away instance on loopback, for a person to try, or played through without one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from tocsin.boot.demo import stopping

if TYPE_CHECKING:
    from tocsin.boot.demo.instance import Throwaway
    from tocsin.boot.demo.story import Step

PORTS: Final = 2
_SHOWN: Final = 150


@click.command()
@click.option("--headless", is_flag=True, help="Play the whole story over HTTP without a person, and end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each step of the story.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Keep every published document here.")
@click.option("--port", "ports", type=click.IntRange(1, 65535), multiple=True,
              help="Listen here; twice: report form and advisories, then desk.  [default: two free ones]")  # fmt: skip
@click.option("--matter", "matters", multiple=True, metavar="ID",
              help="Play only this vulnerability; may be repeated.  [default: all]")  # fmt: skip
@click.option("--mail", is_flag=True, help="Take reports by mail, too: over SMTP on a free port of this machine.")
def demo(
    headless: bool, as_json: bool, out: Path | None, ports: tuple[int, ...], matters: tuple[str, ...], mail: bool
) -> None:
    """Try it: a desk filled with real published cases, both source policies, gone when you stop it."""
    if ports and (len(ports) != PORTS or len(set(ports)) != PORTS):
        raise click.UsageError("--port is given twice, with two numbers: report form and advisories, then desk.")
    if not headless and (as_json or out or matters):
        raise click.UsageError("--json, --out and --matter belong to --headless.")
    if headless and mail:
        raise click.UsageError("--mail is for a person who tries it, and not for --headless.")
    pair = (ports[0], ports[1]) if ports else None
    if not headless:
        _try(pair, mail=mail)
    stopping.heed()
    sys.exit(_headless(pair, matters, out, as_json))


def _try(ports: tuple[int, int] | None, *, mail: bool) -> NoReturn:
    """Serve the demo to a person until they stop it. This process, which has read the whole command line tool, is
    replaced by one that has read little: it waits for as long as they look."""
    click.echo("Tocsin demo: making a throw-away instance, this takes some seconds ...", err=True)
    sys.stdout.flush()
    words = [sys.executable, "-m", "tocsin.boot.demo.stand", *map(str, ports or ()), *(["mail"] if mail else [])]
    os.execv(sys.executable, words)  # noqa: S606 - our own program


def _headless(ports: tuple[int, int] | None, matters: tuple[str, ...], out: Path | None, as_json: bool) -> int:
    """Play the story of every matter; returns 0 only if every step held."""
    from tocsin.boot.demo import instance
    from tocsin.boot.demo.matter import names

    unknown = [each for each in matters if each not in names()]
    if unknown:
        raise click.UsageError(f"there is no matter {', '.join(unknown)}; there are {', '.join(names())}")
    tell = _as_json if as_json else _as_line
    try:
        with instance.made(ports) as place, instance.served(place):
            for step in _steps(place, matters or names(), out):
                tell(step)
                if not step.ok:
                    click.echo(
                        f"tocsin: “{step.step}” did not hold. The server's last words:\n{place.tail()}", err=True
                    )
                    return 1
    except KeyboardInterrupt:
        click.echo("tocsin: stopped before the end of the story", err=True)
        return 1
    except instance.Broken as error:
        click.echo(f"tocsin: {error}", err=True)
        return 1
    return 0


def _steps(place: Throwaway, matters: tuple[str, ...], out: Path | None) -> Iterator[Step]:
    from tocsin.boot.demo.matter import load
    from tocsin.boot.demo.story import Story, Team, take

    team = Team(place.place.desk, place.filled.links)
    yield take("sign in", team.sign_in)
    for name in matters:
        story = Story(place.place, team, load(name), out)
        yield from story.play()
        story.close()
    team.close()


Tell = Callable[["Step"], None]


def _as_json(step: Step) -> None:
    import msgspec

    click.echo(msgspec.json.encode(step).decode())


def _as_line(step: Step) -> None:
    import msgspec

    seen = step.seen if isinstance(step.seen, str) else msgspec.json.encode(step.seen).decode()
    shown = seen if len(seen) <= _SHOWN or not step.ok else f"{seen[:_SHOWN]} ..."
    click.echo(f"{'ok  ' if step.ok else 'FAIL'} {step.seconds:6.2f} s  {step.step}  {shown}")
