# SPDX-License-Identifier: Apache-2.0
"""What every test run has: `--deep` and `--fast`, repeatable chance, and one worker per costly resource."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.chromium", "tests.postgres"]

COSTLY = ("browser", "postgres")
"""Marks whose tests share one process, so that Chromium and PostgreSQL start once a run, not once a worker."""

# The default run draws the same examples every time: a red run is red for everybody. `--deep` draws new ones.
# Nothing is judged by the time it takes: the machine may be busy with something else.
COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("sample", max_examples=50, derandomize=True, **COMMON)
settings.register_profile("quick", max_examples=15, derandomize=True, **COMMON)
settings.register_profile("deep", max_examples=2_000, **COMMON)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="run the long campaigns whole")
    parser.addoption("--fast", action="store_true", help="draw few random examples")


def pytest_configure(config: pytest.Config) -> None:
    wished = [name for name, option in (("deep", "--deep"), ("quick", "--fast")) if config.getoption(option)]
    settings.load_profile(wished[0] if wished else "sample")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    whole = config.getoption("--deep")
    for item in items:
        if not whole and item.get_closest_marker("deep"):
            item.add_marker(pytest.mark.skip(reason="a long campaign: ./check --deep runs it"))
        for name in COSTLY:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(autouse=True)
def every_request_fits_its_description(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test sends to GitHub, GitLab or CVE Services fits what these say of themselves."""
    yield
    if doubles := sys.modules.get("tocsin.testing.doubles"):
        found = [*doubles.UNFIT]
        doubles.UNFIT.clear()
        assert found == [] or request.node.get_closest_marker("unfit")


@pytest.fixture(scope="session")
def deep(pytestconfig: pytest.Config) -> bool:
    """Whether this run goes the long way: `for seed in range(10_000 if deep else 100)`."""
    return bool(pytestconfig.getoption("--deep"))
