# SPDX-License-Identifier: Apache-2.0
"""Key files: where they lie, who can read them, and that a key that lies badly is not used."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tocsin.adapters.vault import (
    KeyFileRefused,
    create_instance_keys,
    load_log_key,
    load_log_notaries,
    load_receipts,
    load_sealer,
    load_tokens,
    load_vault,
)


class Instance(NamedTuple):
    data: Path
    key: Path


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path / "data", create_instance_keys(tmp_path / "data", tmp_path / "keys"))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_keys_lie_where_only_their_owner_reads_them(instance: Instance) -> None:
    assert mode(instance.key) == mode(instance.data / "intake.json") == 0o600
    assert mode(instance.key.parent) == mode(instance.data) == 0o700
    assert not instance.key.is_relative_to(instance.data)


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_the_umask_changes_nothing(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        key = create_instance_keys(tmp_path / "data", tmp_path / "keys")
    finally:
        os.umask(before)
    data = tmp_path / "data"
    assert (mode(key), mode(key.parent), mode(data / "intake.json")) == (0o600, 0o700, 0o600)
    assert mode(data / "instance.json") == 0o644


def test_the_public_file_holds_nothing_that_opens(instance: Instance) -> None:
    public = json.loads((instance.data / "instance.json").read_text())
    assert sorted(public) == ["format", "instance", "log_key", "public_key"]
    assert re.fullmatch("[0-9a-f]{16}", public["instance"])
    assert load_sealer(instance.data).instance == public["instance"]


def test_no_secret_stands_in_two_files(instance: Instance) -> None:
    log = instance.key.with_suffix(".logkey")
    files = (instance.key, log, instance.data / "intake.json", instance.data / "instance.json")
    texts = [text for path in files for text in json.loads(path.read_text()).values() if text.endswith("=")]
    assert len(texts) == len(set(texts)) == 7


@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001])
def test_a_secret_file_or_key_directory_open_to_others_is_refused_with_the_command_that_mends_it(
    instance: Instance, bit: int
) -> None:
    intake = instance.data / "intake.json"
    for path, right, command in ((instance.key, 0o600, "chmod 600"), (instance.key.parent, 0o700, "chmod 700")):
        path.chmod(right | bit)
        with pytest.raises(KeyFileRefused, match=f"{command} {path}"):
            load_vault(instance.data, instance.key)
        path.chmod(right)
    intake.chmod(0o600 | bit)
    for load in (load_receipts, load_tokens):
        with pytest.raises(KeyFileRefused, match=f"chmod 600 {intake}"):
            load(instance.data)
    assert load_vault(instance.data, instance.key).instance == load_sealer(instance.data).instance


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_secret_file_of_another_user_is_refused(instance: Instance) -> None:
    os.chown(instance.key, 12345, -1)
    with pytest.raises(KeyFileRefused, match="another user"):
        load_vault(instance.data, instance.key)


@pytest.mark.parametrize("below", [".", "keys", "a/b", "../data/keys"])
def test_a_key_directory_inside_the_data_directory_is_refused(tmp_path: Path, below: str) -> None:
    with pytest.raises(KeyFileRefused, match="inside the data directory"):
        create_instance_keys(tmp_path / "data", tmp_path / "data" / below)
    assert not list(tmp_path.rglob("*.json"))


def test_a_link_does_not_hide_that_a_key_is_inside_the_data_directory(instance: Instance, tmp_path: Path) -> None:
    inside = instance.data / "keys"
    inside.mkdir(mode=0o700)
    moved = instance.key.rename(inside / instance.key.name)
    link = tmp_path / "elsewhere"
    link.symlink_to(inside)
    for path in (moved, link / moved.name):
        with pytest.raises(KeyFileRefused, match="inside the data directory"):
            load_vault(instance.data, path)
    with pytest.raises(KeyFileRefused, match="inside the data directory"):
        create_instance_keys(instance.data, link)


def test_an_existing_key_directory_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o755)
    with pytest.raises(KeyFileRefused, match="chmod 700"):
        create_instance_keys(tmp_path / "data", tmp_path / "keys")


@pytest.mark.parametrize("left", ["instance.json", "intake.json"])
def test_keys_are_never_overwritten(instance: Instance, left: str) -> None:
    for name in {"instance.json", "intake.json"} - {left}:
        (instance.data / name).unlink()
    before = {path: path.read_bytes() for path in instance.data.parent.rglob("*") if path.is_file()}
    with pytest.raises(KeyFileRefused, match="never overwritten"):
        create_instance_keys(instance.data, instance.key.parent)
    assert {path: path.read_bytes() for path in instance.data.parent.rglob("*") if path.is_file()} == before


def test_the_key_of_another_instance_is_refused(instance: Instance, tmp_path: Path) -> None:
    other = create_instance_keys(tmp_path / "other", tmp_path / "other-keys")
    with pytest.raises(KeyFileRefused, match="another instance"):
        load_vault(instance.data, other)


def test_the_key_of_the_log_lies_outside_the_data_and_is_that_of_the_public_file(
    instance: Instance, tmp_path: Path
) -> None:
    log, witness = load_log_notaries(*instance)
    assert log.public == load_log_key(instance.data) != witness.public
    path = instance.key.with_suffix(".logkey")
    path.chmod(0o640)
    with pytest.raises(KeyFileRefused, match=f"chmod 600 {path}"):
        load_log_notaries(*instance)
    with pytest.raises(KeyFileRefused, match="another instance"):
        load_log_notaries(instance.data, create_instance_keys(tmp_path / "other", tmp_path / "other-keys"))


def test_a_replaced_public_half_is_noticed_by_the_vault(instance: Instance, tmp_path: Path) -> None:
    """Whoever can write the data directory could make intake seal to another key; then the desk does not start."""
    create_instance_keys(tmp_path / "other", tmp_path / "other-keys")
    public = json.loads((instance.data / "instance.json").read_text())
    public["public_key"] = json.loads((tmp_path / "other" / "instance.json").read_text())["public_key"]
    (instance.data / "instance.json").write_text(json.dumps(public))
    with pytest.raises(KeyFileRefused, match="another instance"):
        load_vault(instance.data, instance.key)


def test_another_name_in_the_public_file_is_noticed_by_the_vault(instance: Instance) -> None:
    """All that is sealed is bound to the name: under another one nothing would open."""
    public = json.loads((instance.data / "instance.json").read_text())
    (instance.data / "instance.json").write_text(json.dumps(public | {"instance": "0" * 16}))
    with pytest.raises(KeyFileRefused, match="another instance"):
        load_vault(instance.data, instance.key)


DAMAGES: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "cut": lambda text: text[: len(text) // 2],
    "no JSON": lambda text: "seed",
    "a list": lambda text: "[]",
    "another format": lambda text: text.replace("-1", "-2"),
    "one byte short": lambda text: re.sub(r'"[A-Za-z0-9+/]{43}="', '"' + "A" * 40 + 'AA=="', text, count=1),
    "an extra field": lambda text: text.replace("{", '{"x": 1,', 1),
    "not base64": lambda text: re.sub(r'"[A-Za-z0-9+/]{43}="', '"!"', text, count=1),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_without_saying_what_it_held(instance: Instance, damage: str) -> None:
    for path in (instance.key, instance.data / "intake.json", instance.data / "instance.json"):
        text = path.read_text()
        path.write_text(DAMAGES[damage](text))
        with pytest.raises(KeyFileRefused, match="damaged") as refused:
            load_receipts(instance.data) if path.name == "intake.json" else load_vault(*instance)
        assert not any(value in str(refused.value) for value in json.loads(text).values() if value.endswith("="))
        path.write_text(text)


def test_a_missing_or_unreadable_file_is_refused_by_name(instance: Instance) -> None:
    with pytest.raises(KeyFileRefused, match=r"nowhere/instance\.json cannot be read: No such file"):
        load_sealer(instance.data / "nowhere")
    with pytest.raises(KeyFileRefused, match=r"lost\.kek cannot be read: No such file"):
        load_vault(instance.data, instance.key.with_name("lost.kek"))
    with pytest.raises(KeyFileRefused, match="is not a directory"):
        load_vault(instance.data, instance.key.parent / "nowhere" / "lost.kek")
    (instance.data / "intake.json").unlink()
    (instance.data / "intake.json").mkdir()
    with pytest.raises(KeyFileRefused, match="cannot be read"):
        load_tokens(instance.data)
