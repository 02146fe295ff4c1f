# SPDX-License-Identifier: Apache-2.0
"""The whole story over real HTTP against the running server, for every matter; and what happens when it breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from prototyyppi.csaf.v20 import validate

from tests.demo import running
from tocsin.boot.demo import command, instance, matter, story
from tocsin.boot.demo.page import Unexpected
from tocsin.core.formats import FORMATS, schema_violations

Played = tuple[list[dict[str, Any]], Path]

SPARSE = {"6.2.3", "6.2.11", "6.2.16", "6.3.9", "6.3.10"}
"""What the validator advises and a replay cannot have: a CVSS 3 score where the record has none, an address of the
public internet, a package URL where there is no package, versions one by one instead of ranges."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    temporary, out = tmp_path_factory.mktemp("tmp"), tmp_path_factory.mktemp("out")
    done = running.headless(temporary, "--json", "--out", str(out))
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert not list(temporary.iterdir()), "nothing of the instance stays behind"
    return [json.loads(line) for line in done.stdout.splitlines()], out


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
class TestPlayed:
    def test_every_matter_goes_all_the_way_and_every_step_holds(self, played: Played) -> None:
        steps, _ = played
        assert all(step["ok"] for step in steps)
        assert all(set(step) == {"step", "ok", "seconds", "seen"} for step in steps)
        told = {name: [s["step"].partition(": ")[2] for s in steps if s["step"].startswith(name)] for name in NAMES}
        assert len(set(map(tuple, told.values()))) == 1, "the same steps for each"
        assert told[NAMES[0]][0] == "report"
        assert told[NAMES[0]][-1] == "reporter sees the end"

    def test_publication_is_refused_while_the_embargo_holds(self, played: Played) -> None:
        steps, _ = played
        refusals = [s["seen"]["refused"] for s in steps if s["step"].endswith("publication waits for the embargo")]
        assert len(refusals) == len(NAMES)
        assert all("The embargo holds until" in each for each in refusals)

    @pytest.mark.parametrize("name", matter.names())
    def test_every_document_is_kept_and_meets_its_schema(self, played: Played, name: str) -> None:
        for each in FORMATS:
            (document,) = (played[1] / name).glob(f"*-SA-????-???{each.suffix}")
            assert not (schema_violations(each.schema, document.read_bytes()) if each.schema else ())

    @pytest.mark.parametrize("name", matter.names())
    def test_the_independent_csaf_validator_accepts_it(self, played: Played, name: str) -> None:
        (document,) = (played[1] / name).glob("*-SA-????-???.csaf.json")
        results = validate(json.loads(document.read_text(encoding="utf-8")), preset="full").results
        failed = {each.id for each in results if not each.passed and not each.skipped}
        assert failed <= SPARSE

    def test_each_matter_was_compared_with_what_was_published(self, played: Played) -> None:
        steps, _ = played
        compared = {s["step"].partition(":")[0]: s["seen"] for s in steps if s["step"].endswith("with the original")}
        assert {name: seen["compared"] for name, seen in compared.items()} == {
            each.id: sorted(each.original) for each in matter.load_all()
        }

    def test_pages_feed_and_security_txt_are_kept_too(self, played: Played) -> None:
        for name in NAMES:
            kept = {path.name for path in (played[1] / name).iterdir()}
            assert kept > {"advisories.html", "advisories.atom", "security.txt"}


NAMES = matter.names()


# ------------------------------------------------------------------------------------------- when it does not hold


def test_a_step_that_does_not_hold_says_what_was_seen() -> None:
    def act() -> None:
        raise Unexpected("the inbox does not show the case")

    assert story.take("see it", act).ok is False
    assert story.take("see it", act).seen == "the inbox does not show the case"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A demo whose second step does not hold."""

    @contextmanager
    def made(ports: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(tail=lambda: "the server's last words")

    @contextmanager
    def served(place: object) -> Iterator[None]:
        yield None

    def steps(place: object, names: tuple[str, ...], out: Path | None) -> Iterator[story.Step]:
        yield story.Step(step="sign in", ok=True, seconds=0.1, seen={})
        yield story.Step(step="CVE-1: report", ok=False, seconds=0.2, seen="no form")
        raise AssertionError("the story goes on after a step that did not hold")

    monkeypatch.setattr(instance, "made", made)
    monkeypatch.setattr(instance, "served", served)
    monkeypatch.setattr(command, "_steps", steps)
    monkeypatch.setattr(command.stopping, "heed", lambda: None)


@pytest.mark.usefixtures("broken")
def test_the_command_stops_at_a_step_that_does_not_hold_and_exits_1() -> None:
    done = CliRunner().invoke(command.demo, ["--headless", "--json"])
    assert done.exit_code == 1
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [True, False]
    assert "“CVE-1: report” did not hold" in done.stderr
    assert "the server's last words" in done.stderr


@pytest.mark.usefixtures("broken")
def test_without_json_each_step_is_a_line_for_people() -> None:
    done = CliRunner().invoke(command.demo, ["--headless"])
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok", "FAIL"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--headless", "--matter", "CVE-1999-0001"], "there is no matter CVE-1999-0001"),
        (["--port", "8080"], "--port is given twice"),
        (["--json"], "belong to --headless"),
    ],
)
@pytest.mark.usefixtures("broken")
def test_options_that_make_no_sense_are_refused(options: list[str], said: str) -> None:
    done = CliRunner().invoke(command.demo, options)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_port_that_somebody_listens_on_is_refused_before_anything_is_made() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(instance.Broken, match=f"port {port} cannot be used"), instance.made((port, port)):
            raise AssertionError("it was made")
