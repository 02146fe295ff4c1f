# SPDX-License-Identifier: Apache-2.0
"""What those see who watch the machine: numbers about it, probes, and logs; never anything of a case."""

from __future__ import annotations

import json
import logging
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from django.core.exceptions import DisallowedHost

from tests.boot.test_serve import free
from tests.desk import story
from tocsin.boot import monitor
from tocsin.boot.config import Config, Monitor
from tocsin.boot.logs import FOREIGN, JsonFormatter, Names, PlainFormatter
from tocsin.services import vitals, worker
from tocsin.services.health import BACKUP, DRILLED, GOOD, WORKER
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


def seen(home: House) -> dict[str, float]:
    return {each.name: each.value for each in vitals.measure(home.desk)}


def test_work_that_waits_is_counted_and_its_lateness_grows(home: House) -> None:
    assert seen(home)["tocsin_effects_waiting"] == 0
    story.report(home)
    waiting = seen(home)
    assert waiting["tocsin_effects_waiting"] > 0
    home.clock.advance(timedelta(minutes=7))
    assert seen(home)["tocsin_effects_late_seconds"] >= 420
    worker.run_once(home.desk)
    assert seen(home)["tocsin_effects_late_seconds"] == 0


def test_backups_and_workers_have_an_age_once_there_was_one(home: House) -> None:
    assert not any(name.endswith("age_seconds") for name in seen(home))
    facts, now = home.desk.machine.facts, home.clock()
    for name in (BACKUP, DRILLED, WORKER):
        facts.note(name, GOOD, now)
    home.clock.advance(timedelta(hours=2))
    found = seen(home)
    assert {found[f"tocsin_{each}_age_seconds"] for each in ("backup", "drill", "worker")} == {7200.0}
    assert found["tocsin_drill_good"] == 1


def test_nothing_of_a_case_is_among_the_numbers(home: House) -> None:
    ref = story.report(home)
    story.accepted(home, ref)
    told = vitals.render(vitals.measure(home.desk), {"version": "1"})
    for secret in (ref, "PL/Perl", "Coby", "warehousepg", "Dana", "WHPG"):
        assert secret not in told
    assert secret in repr(home.desk.projects.all()), "the control: it would be there to leak"


SAMPLE = re.compile(r"[a-z_]+(\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\})? -?[0-9.e+]+")
COMMENT = re.compile(r"# (TYPE|UNIT|HELP) [a-z_]+ .+")


def test_the_text_is_as_openmetrics_wants_it(home: House) -> None:
    told = vitals.render([*vitals.measure(home.desk), *monitor.own()], {"version": '1"\\'})
    lines = told.split("\n")
    assert lines[-2:] == ["# EOF", ""]
    assert [line for line in lines[:-2] if not SAMPLE.fullmatch(line) and not COMMENT.fullmatch(line)] in (
        [], ['tocsin_info{version="1\\"\\\\"} 1']
    )  # fmt: skip
    for each in monitor.own():
        assert not each.unit or each.name.endswith(each.unit)
    assert "process_cpu_seconds_total " in told


@pytest.fixture
def served(home: House, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "token").write_text("s3cret\n")
    place = f"127.0.0.1:{free()}"
    config = Config(monitor=Monitor(listen=place, token_file=str(tmp_path / "token")))
    server = monitor.listen(config, home.desk)
    assert isinstance(server, ThreadingHTTPServer)
    yield f"http://{place}"
    server.shutdown()
    server.server_close()


def ask(url: str, token: str = "") -> tuple[int, str]:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_metrics_are_given_to_who_has_the_token(served: str) -> None:
    assert ask(f"{served}/metrics")[0] == ask(f"{served}/metrics", "wrong")[0] == 401
    status, told = ask(f"{served}/metrics", "s3cret")
    assert (status, told.endswith("# EOF\n")) == (200, True)
    assert ask(f"{served}/c/", "s3cret")[0] == 404


def test_metrics_are_not_set_up_for_everybody() -> None:
    with pytest.raises(msgspec.ValidationError, match="loopback"):
        msgspec.convert({"listen": "0.0.0.0:9464"}, Monitor)
    assert monitor.listen(Config(), house().desk) is None


def test_an_error_in_the_log_says_where_and_never_what() -> None:
    try:
        raise ValueError("the secret words of a report")
    except ValueError:
        record = logging.LogRecord("tocsin", logging.ERROR, __file__, 1, "trouble with %s", ("A-1",), sys.exc_info())
    told = json.loads(JsonFormatter().format(record))
    assert (told["message"], told["error"], told["level"]) == ("trouble with A-1", "ValueError", "error")
    assert any("test_monitor.py" in place for place in told["places"])
    assert "secret" not in json.dumps(told)
    plain = PlainFormatter().format(record)
    assert "tocsin trouble with A-1\n" in plain
    assert "test_monitor.py" in plain
    assert plain.endswith("\nValueError")
    assert "secret" not in plain
    record.exc_text = None
    assert "secret" in logging.Formatter().format(record), "the control: Python's own tracebacks quote"


def test_an_error_behind_an_error_says_no_more_either() -> None:
    try:
        try:
            raise KeyError("the secret title")
        except KeyError as behind:
            raise RuntimeError("of the secret case") from behind
    except RuntimeError:
        record = logging.LogRecord("tocsin", logging.ERROR, __file__, 1, "trouble", (), sys.exc_info())
    told = PlainFormatter().format(record)
    assert "KeyError\nthen\n" in told
    assert told.endswith("RuntimeError")
    assert "secret" not in told


def test_a_request_for_a_foreign_name_is_told_with_our_settings_and_without_places() -> None:
    name = "Invalid HTTP_HOST header: '100%s.example'."
    try:
        raise DisallowedHost(f"{name} You may need to add '100%s.example' to ALLOWED_HOSTS.")
    except DisallowedHost as error:
        record = logging.LogRecord(FOREIGN, logging.ERROR, __file__, 1, str(error), (), sys.exc_info())
    assert "ALLOWED_HOSTS" in PlainFormatter().format(record), "the control: a setting that there is not here"
    assert Names().filter(record)
    record.exc_text = None
    (line,) = PlainFormatter().format(record).splitlines()
    assert line.endswith(f"{FOREIGN} {name[:-1]}: this installation is called as server.url and server.desk_url say")
    from tocsin.boot import settings

    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["names"]
    assert settings.LOGGING["filters"] == {"names": {"()": f"{Names.__module__}.{Names.__name__}"}}


def test_an_installation_writes_its_log_by_these_and_by_nothing_else() -> None:
    from tocsin.boot import settings

    made = {each["()"] for each in settings.LOGGING["formatters"].values()}
    assert made == {f"{each.__module__}.{each.__name__}" for each in (JsonFormatter, PlainFormatter)}
