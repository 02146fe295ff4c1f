# SPDX-License-Identifier: Apache-2.0
"""`tocsin doctor --config`: each setting with where it comes from, all that is wrong at once, and nothing touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tocsin.boot import origins
from tocsin.boot.config import ENVIRONMENT
from tocsin.boot.main import cli
from tocsin.delivery.cli.exits import Exit

GOOD = """\
[server]
url = "https://security.example.org"
desk_url = "https://desk.example.org"
[database]
url = "postgresql://tocsin:geheim@db.example.org/tocsin"
[storage]
data = "{place}/data"
keys = "{place}/keys"
[egress]
canaries = ["zanzibar"]
"""


def doctor(place: Path, text: str, *words: str, **environment: str) -> Result:
    """Look at a file with this text, in an environment that says nothing else."""
    file = place / "tocsin.toml"
    file.write_text(text.format(place=place), encoding="utf-8")
    file.chmod(0o600)
    said = {**dict.fromkeys(ENVIRONMENT), "NO_COLOR": "1", **environment}

    def opening() -> None:
        raise AssertionError("the installation was opened")

    return CliRunner().invoke(cli, ["doctor", "--config", str(file), *words], obj=opening, env=said)


def told(done: Result) -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["value"], each["origin"]) for each in json.loads(done.stdout)["settings"]}


def test_each_value_says_whether_environment_file_or_nobody_set_it(tmp_path: Path) -> None:
    done = doctor(tmp_path, GOOD, "--json", TOCSIN_LISTEN="127.0.0.1:9")
    assert done.exit_code == Exit.OK, done.output
    found = told(done)
    file = str(tmp_path / "tocsin.toml")
    assert found["server.url"] == ("https://security.example.org", file)
    assert found["server.listen"] == ("127.0.0.1:9", "TOCSIN_LISTEN")
    assert found["backup.keep"] == ("14", "default")
    assert found["storage.data"] == (f"{tmp_path}/data", file)
    over = told(doctor(tmp_path, GOOD, "--json", TOCSIN_URL="https://other.example.org"))
    assert over["server.url"] == ("https://other.example.org", "TOCSIN_URL")


def test_nothing_is_started_opened_or_made(tmp_path: Path) -> None:
    assert doctor(tmp_path, GOOD).exit_code == Exit.OK
    assert [path.name for path in tmp_path.iterdir()] == ["tocsin.toml"]


def test_neither_a_password_nor_a_planted_word_is_shown(tmp_path: Path) -> None:
    for text in (GOOD, GOOD + "[backup]\nkeep = 0\n"):
        for words in ((), ("--json",)):
            shown = doctor(tmp_path, text, *words).output
            assert "db.example.org/tocsin" in shown
            assert "geheim" not in shown
            assert "zanzibar" not in shown


def test_control_the_words_do_stand_in_the_file(tmp_path: Path) -> None:
    """Negative control: what is left out of the output was there to be left out."""
    doctor(tmp_path, GOOD)
    text = (tmp_path / "tocsin.toml").read_text(encoding="utf-8")
    assert "geheim" in text
    assert "zanzibar" in text
    assert "geheim" not in str(origins.look({}, tmp_path / "tocsin.toml"))


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    bad = '[server]\nurl = "security.example.org"\n[mail]\nsmpt = "smtp://127.0.0.1"\n[backup]\nkeep = 0\n'
    done = doctor(tmp_path, bad)
    assert done.exit_code == Exit.FINDINGS
    for each in ("server.url is written like", "unknown field `smpt`", "backup.keep is at least 1", "3 to mend"):
        assert each in done.stdout


@pytest.mark.parametrize(
    ("text", "environment", "problem"),
    [
        (GOOD.replace("{place}/keys", "{place}/data/keys"), {}, "lies inside the data"),
        (GOOD + '[mail]\npassword_file = "{place}/none"\n', {}, "mail.password_file: there is no file"),
        (
            GOOD.replace("postgresql://tocsin:geheim@db.example.org/tocsin", "file:{place}/none"),
            {},
            "database.url: there",
        ),
        (GOOD, {"TOCSIN_SMTP_URL": "smtp://127.0.0.1"}, "TOCSIN_SMTP_URL: no variable of this name is read"),
        ("server = 3\n", {"TOCSIN_URL": "https://security.example.org"}, "Expected `object`, got `int`"),
        ("[server\n", {}, "is not TOML"),
    ],
)
def test_what_could_not_be_used_is_found(tmp_path: Path, text: str, environment: dict[str, str], problem: str) -> None:
    done = doctor(tmp_path, text, **environment)
    assert done.exit_code == Exit.FINDINGS, done.output
    assert problem in done.stdout


def test_a_file_that_others_may_change_is_named(tmp_path: Path) -> None:
    doctor(tmp_path, GOOD)
    file = tmp_path / "tocsin.toml"
    file.chmod(0o660)
    assert f"chmod go-w {file}" in "".join(origins.look({}, file).problems)


def test_a_file_that_is_not_there_and_two_wishes_at_once_are_refused(tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(cli, ["doctor", "--config", str(tmp_path / "none")]).exit_code == Exit.NOT_FOUND
    both = run.invoke(cli, ["doctor", "--config", "--deliver", "a@example.org"])
    assert both.exit_code == Exit.USAGE
