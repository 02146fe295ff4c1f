# SPDX-License-Identifier: Apache-2.0
"""`tocsin feed verify`: a provider's tree on disk holds together, and every way of not doing so is found and named."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_LZMA, ZipFile

import pytest
from click.testing import CliRunner, Result

from tests.site.published import URL
from tests.site.test_tree import Place
from tocsin.adapters.openpgp import create_key, load_signer
from tocsin.adapters.publishers.site import FileTree
from tocsin.boot.main import cli
from tocsin.delivery.cli.exits import Exit
from tocsin.services import site
from tocsin.services.mirror import mirror

DOCUMENT = "csaf/2025/whpg-sa-2025-001.json"
Harm = Callable[[Path], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree as it is served, signed with a key of its own."""
    root = tmp_path_factory.mktemp("whole")
    (root / "keys").mkdir(mode=0o700)
    create_key(root / "keys", "Security advisories <security@example.org>")
    place = Place(FileTree(root / "site"))
    signer = load_signer(root / "keys")
    assert signer
    place.signer = signer  # type: ignore[assignment]
    place.writer = replace(place.writer, signer=signer)
    place.publish(1, 2, 3)
    site.grow(place.writer)
    site.assemble(place.writer, force=True)
    return root / "site"


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    """A copy that may be harmed."""
    return Path(shutil.copytree(whole, tmp_path / "site"))


def verify(tree: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["feed", "verify", str(tree), *words], env={"NO_COLOR": "1"})


def edit(path: str, old: str, new: str) -> Harm:
    def harm(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), encoding="utf-8")

    return harm


def test_a_tree_as_it_is_served_holds_together_and_so_does_its_mirror(whole: Path, tmp_path: Path) -> None:
    done = verify(whole)
    assert done.exit_code == Exit.OK, done.output
    assert "6 CSAF documents, 6 with a good signature; 3 OSV documents\n" in done.stdout
    assert re.search(r"signed by [0-9A-F]{40}\n", done.stdout)
    assert "everything holds" in done.stdout
    assert "--key FILE takes another" in done.stderr

    def fetch(url: str) -> bytes:
        return (whole / url.removeprefix(f"{URL}/")).read_bytes()

    assert mirror(fetch, FileTree(tmp_path / "copy"), URL).wrong == ()
    copied = verify(tmp_path / "copy", "--json")
    assert copied.exit_code == Exit.OK, copied.output
    found = json.loads(copied.stdout)
    assert (found["documents"], found["signed"], found["trusted"]) == (3, 3, False)


def test_a_key_that_came_another_way_is_the_only_one_that_counts(whole: Path, tmp_path: Path) -> None:
    (own,) = (whole / "csaf/openpgp").glob("*.asc")
    told = verify(whole, "--key", str(own))
    assert (told.exit_code, told.stderr) == (Exit.OK, "")
    (tmp_path / "keys").mkdir(mode=0o700)
    create_key(tmp_path / "keys", "Somebody else <else@example.org>")
    other = load_signer(tmp_path / "keys")
    assert other
    (tmp_path / "other.asc").write_text(other.certificate, encoding="utf-8")
    refused = verify(whole, "--key", str(tmp_path / "other.asc"))
    assert refused.exit_code == Exit.FINDINGS
    assert "signed by a key that is neither given" in refused.stdout
    assert "none with a good signature" in refused.stdout


def test_a_file_without_a_key_is_said_to_be_none_and_no_signature_is_doubted(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("fingerprint: see mail\n", encoding="utf-8")
    done = verify(whole, "--key", str(tmp_path / "notes.txt"))
    assert (done.exit_code, done.stdout) == (Exit.USAGE, "")
    assert "notes.txt: this is no OpenPGP public key" in done.stderr


def resigned(root: Path) -> None:
    """Somebody who may write to the tree puts words of theirs in, and makes the hashes anew."""
    edit(DOCUMENT, "demo_ext", "demo_exe")(root)
    body = (root / DOCUMENT).read_bytes()
    for kind in ("sha256", "sha512"):
        name = DOCUMENT.rpartition("/")[2]
        (root / f"{DOCUMENT}.{kind}").write_text(f"{hashlib.new(kind, body).hexdigest()}  {name}\n", encoding="utf-8")


def repacked(old: str, new: str, more: str = "") -> Harm:
    """The dump packed anew, with another word in its documents, or one document more."""

    def harm(root: Path) -> None:
        with ZipFile(root / "osv/all.zip") as archive:
            held = {name: archive.read(name).decode() for name in archive.namelist()}
        assert all(old in text for text in held.values())
        with ZipFile(root / "osv/all.zip", "w") as archive:
            for name, text in held.items():
                archive.writestr(name, text.replace(old, new))
            if more:
                archive.writestr(more, "{}")

    return harm


def damaged(root: Path) -> None:
    """The dump packed in a way that few use, whose reader has errors of its own, and broken."""
    with ZipFile(root / "osv/all.zip") as archive:
        name, *_ = archive.namelist()
        body = archive.read(name)
    with ZipFile(root / "osv/all.zip", "w", ZIP_LZMA) as archive:
        archive.writestr(name, body)
    raw = bytearray((root / "osv/all.zip").read_bytes())
    start = raw.find(name.encode()) + len(name) + 9
    raw[start : start + 6] = b"\xff" * 6
    (root / "osv/all.zip").write_bytes(raw)


def test_a_dump_of_an_earlier_day_is_no_fault(tree: Path) -> None:
    repacked('"modified":"20', '"more":"than before","modified":"19')(tree)
    assert verify(tree).exit_code == Exit.OK


HARMS: dict[str, tuple[Harm, str, str]] = {
    "a word is another": (edit(DOCUMENT, "demo_ext", "demo_exe"), DOCUMENT, "it is not what whpg-sa-2025-001.json.sha"),
    "and the hashes with it": (resigned, DOCUMENT, "its signature does not hold"),
    "a document is gone": (lambda root: (root / DOCUMENT).unlink(), DOCUMENT, "it is not there"),
    "a hash is gone": (lambda root: (root / f"{DOCUMENT}.sha512").unlink(), f"{DOCUMENT}.sha512", "it is not there"),
    "a signature is gone": (lambda root: (root / f"{DOCUMENT}.asc").unlink(), f"{DOCUMENT}.asc", "it is not there"),
    "a signature is of another": (
        lambda root: shutil.copy(root / "csaf/2026/whpg-sa-2026-002.json.asc", root / f"{DOCUMENT}.asc"),
        DOCUMENT, "its signature does not hold",
    ),
    "the index lacks one": (
        edit("csaf/index.txt", "2025/whpg-sa-2025-001.json\n", ""), "csaf/index.txt", "it lacks 2025/whpg-sa-2025-001"
    ),
    "the index has one more": (
        edit("csaf/index.txt", "2025/whpg", "2025/none.json\n2025/whpg"), "csaf/index.txt", "which no feed does"
    ),
    "the changes date one otherwise": (
        edit("csaf/changes.csv", "T09", "T08"), "csaf/changes.csv", "the feed of"
    ),
    "the feed forgets one": (
        edit("csaf/feed-tlp-white.json", "whpg-sa-2025-001.json", "whpg-sa-2025-009.json"), DOCUMENT, "no feed lists it"
    ),
    "the feed leads elsewhere": (
        edit("csaf/feed-tlp-white.json", f"{URL}/csaf/2025", "https://elsewhere.example/csaf/2025"),
        "csaf/feed-tlp-white.json", "names no document of this provider",
    ),
    "the feed is no JSON": (
        lambda root: (root / "csaf/feed-tlp-white.json").write_text("<feed/>"),
        "csaf/feed-tlp-white.json", "it is no JSON object",
    ),
    "a file that no list names": (
        lambda root: shutil.copy(root / DOCUMENT, root / "csaf/2025/extra.json"), "csaf/2025/extra.json", "no feed"
    ),
    "a list of dates is none": (
        lambda root: (root / "csaf/changes.csv").write_text(f'"{"x" * 200_000}","2025"\n'), "csaf/changes.csv",
        "it is no list of comma-separated values",
    ),
    "OSV's list is none": (
        lambda root: (root / "osv/modified_id.csv").write_text(f'"{"x" * 200_000}","2025"\n'), "osv/modified_id.csv",
        "it is no list of comma-separated values",
    ),
    "the provider is nowhere": (
        edit(".well-known/csaf/provider-metadata.json", f'"canonical_url": "{URL}', '"canonical_url": "https://['),
        ".well-known/csaf/provider-metadata.json", "it names a file of somebody else",
    ),
    "OSV dates one otherwise": (edit("osv/modified_id.csv", "T09", "T08"), "osv/", "modified_id.csv"),
    "OSV lacks one": (
        lambda root: next(iter((root / "osv").glob("*-001.json"))).unlink(), "osv/", "it is not there, and osv/"
    ),
    "OSV has one more": (
        lambda root: (root / "osv/extra.json").write_text("{}"), "osv/extra.json", "does not list it"
    ),
    "the dump says otherwise": (repacked("demo_ext", "demo_exe and more"), "osv/all.zip", "is of the same moment"),
    "the dump holds one more": (
        repacked("demo_ext", "demo_ext", "x_none.json"), "osv/all.zip", "'x_none.json', which osv/modified_id"
    ),
    "the dump is packed oddly": (damaged, "osv/all.zip", "it cannot be unpacked"),
    "the dump is cut off": (
        lambda root: os.truncate(root / "osv/all.zip", 900), "osv/all.zip", "it cannot be unpacked"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMS)
def test_what_does_not_hold_is_named(tree: Path, name: str) -> None:
    harm, path, because = HARMS[name]
    harm(tree)
    done = verify(tree)
    assert done.exit_code == Exit.FINDINGS, done.output
    lines = [line for line in done.stdout.splitlines() if line.startswith("! ")]
    assert any(line.startswith(f"! {path}") and because in line for line in lines), done.stdout


def test_another_key_in_the_place_of_the_providers_is_seen(tree: Path, tmp_path: Path) -> None:
    (own,) = (tree / "csaf/openpgp").glob("*.asc")
    (tmp_path / "keys").mkdir(mode=0o700)
    create_key(tmp_path / "keys", "Somebody else <else@example.org>")
    other = load_signer(tmp_path / "keys")
    assert other
    own.write_text(other.certificate, encoding="utf-8")
    done = verify(tree)
    assert done.exit_code == Exit.FINDINGS
    assert "it is not the key" in done.stdout


def test_a_directory_that_is_no_tree_is_not_one(tmp_path: Path) -> None:
    done = verify(tmp_path)
    assert done.exit_code == Exit.NOT_FOUND
    assert "provider-metadata.json" in done.stderr


def test_nothing_outside_of_the_tree_is_read(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    edit("csaf/feed-tlp-white.json", f"{URL}/{DOCUMENT}", f"{URL}/csaf/2025/../../../secret.json")(tree)
    done = verify(tree)
    assert done.exit_code == Exit.FINDINGS
    assert "csaf/2025/../../../secret.json: it is not there" in done.stdout
