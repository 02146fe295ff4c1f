# SPDX-License-Identifier: Apache-2.0
"""Tags as projects really write them."""

from __future__ import annotations

import pytest

from tocsin.core.backports.releases import Line, home, line_version, read_tags, spelled


@pytest.mark.parametrize(
    ("tag", "version", "preview"),
    [
        ("REL9_6_24", "9.6.24", False),
        ("REL_12_BETA1", "12beta1", True),
        ("REL8_0_0RC1", "8.0.0rc1", True),
        ("OpenSSL_1_0_2zg", "1.0.2zg", False),
        ("OpenSSL_0_9_6a-beta2", "0.9.6a-beta2", True),
        ("openssl-3.0.0-alpha13", "3.0.0-alpha13", True),
        ("curl-7_9_3-pre3", "7.9.3-pre3", True),
        ("curl-7_86_0", "7.86.0", False),
        ("v7.4.0-rc.1", "7.4.0-rc.1", True),
        ("5.2a1", "5.2a1", True),
        ("1.0.2a", "1.0.2a", False),
        ("release/2.1.3", "2.1.3", False),
    ],
)
def test_a_tag_spells_its_version(tag: str, version: str, preview: bool) -> None:
    spelt = spelled(tag)
    assert spelt
    assert spelt[1:] == (version, preview)


@pytest.mark.parametrize(
    "tag", ["stable/5.0.x", "before_urldata_rename", "OpenSSL_1_0_0-pre-reformat", "openssl-3.0.6+quic1", "nightly"]
)
def test_what_spells_no_version_is_no_release(tag: str) -> None:
    assert spelled(tag) is None


def test_another_products_tags_and_what_is_no_version_are_set_aside_and_named() -> None:
    tags = [f"curl-7_{minor}_0" for minor in range(20, 60)] + ["tiny-curl-8_4_0", "before_the_flood"]
    found = read_tags([(tag, "c", 0) for tag in tags])
    assert len(found.all) == 40
    assert found.ignored == ("before_the_flood", "tiny-curl-8_4_0")


def test_letters_follow_their_release_and_previews_come_before_it() -> None:
    tags = ["OpenSSL_1_0_2", "OpenSSL_1_0_2za", "OpenSSL_1_0_2z", "OpenSSL_1_0_2a", "OpenSSL_1_0_2-beta1"]
    found = read_tags([(tag, "c", 0) for tag in tags])
    assert [each.version for each in found.all] == ["1.0.2-beta1", "1.0.2", "1.0.2a", "1.0.2z", "1.0.2za"]


@pytest.mark.parametrize(
    ("branch", "version"),
    [
        ("REL9_3_STABLE", "9.3"), ("REL_12_STABLE", "12"), ("stable/6.0.x", "6.0"), ("OpenSSL_1_0_2-stable", "1.0.2"),
        ("7.4", "7.4"), ("release/2.1", "2.1"), ("6X_STABLE", "6"), ("main", ""), ("fix-memory-leak", None),
    ],
)  # fmt: skip
def test_a_branch_spells_its_line(branch: str, version: str | None) -> None:
    assert line_version(branch) == version


def test_a_version_belongs_to_the_line_with_the_longest_fitting_number() -> None:
    lines = [Line(name=name, ref="", commit="", version=name) for name in ("1", "1.0", "1.0.2", "10")]
    found = [home(lines, version) for version in ("1.0.2k", "1.0.1", "1.9", "10.1", "2.0")]
    assert [line and line.name for line in found] == ["1.0.2", "1.0", "1", "10", None]
