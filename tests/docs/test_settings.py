# SPDX-License-Identifier: Apache-2.0
"""Every setting stands in the reference, with its variable and its default, and nothing else does."""

from __future__ import annotations

import re

import msgspec

from tests.support import ROOT
from tocsin.boot import config

TEXT = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")


def settings() -> dict[str, object]:
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(config.Config):
        value = getattr(config.Config(), field.name)
        if isinstance(value, msgspec.Struct):
            found |= {f"{field.name}.{inner}": getattr(value, inner) for inner in value.__struct_fields__}
        else:
            found[field.name] = value
    return found


def test_the_reference_lists_every_setting_and_no_other():
    listed = re.findall(r"^\| `([a-z_.]+)` \|", TEXT, re.MULTILINE)
    assert listed == list(settings())


def test_defaults_and_variables_are_as_the_code_has_them():
    for name, value in settings().items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
        assert not value or f"`{value}`" in row, name
    for variable, place in config.ENVIRONMENT.items():
        assert f"`{variable}`" in next(line for line in TEXT.splitlines() if line.startswith(f"| `{'.'.join(place)}`"))


def test_every_how_to_fits_a_page_and_the_command_it_ends_with_exists():
    for page in (ROOT / "docs" / "how-to").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 40, page.name
        for path in re.findall(r"`((?:src|tests|docs)/[^`x{ ]+)`", text):
            assert (ROOT / path).exists(), (page.name, path)
