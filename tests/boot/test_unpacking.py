# SPDX-License-Identifier: Apache-2.0
"""What a backup is unpacked by: on every Python that is promised, and nothing but plain files below the place."""

from __future__ import annotations

import tarfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from tocsin.adapters.vault.archive import NotAnArchive
from tocsin.boot import backup


def packed(*members: tuple[str, bytes, bytes]) -> BinaryIO:
    """A stream of (name, type, content or target of a link)."""
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
                tar.addfile(info, BytesIO(content))
            else:
                info.linkname = content.decode()
                tar.addfile(info)
    out.seek(0)
    return cast(BinaryIO, out)


def test_a_backup_unpacks_on_a_python_without_extraction_filters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(*_: object, **named: object) -> None:
        raise TypeError(f"TarFile.extractall() got an unexpected keyword argument {next(iter(named), '')!r}")

    monkeypatch.setattr(tarfile.TarFile, "extractall", older)
    backup._extract(packed(("attachments/a/b/x", tarfile.REGTYPE, b"sealed")), tmp_path)
    assert (tmp_path / "attachments/a/b/x").read_bytes() == b"sealed"
    assert (tmp_path / "attachments/a/b/x").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("../outside", tarfile.REGTYPE, b"x"),
        ("/tmp/outside", tarfile.REGTYPE, b"x"),
        ("link", tarfile.SYMTYPE, b"/etc/passwd"),
        ("hard", tarfile.LNKTYPE, b"/etc/passwd"),
        ("pipe", tarfile.FIFOTYPE, b""),
    ],
)
def test_only_plain_files_below_the_place_are_unpacked(name: str, kind: bytes, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(NotAnArchive, match="no plain file"):
        backup._extract(packed((name, kind, content)), tmp_path / "in")
    assert list(tmp_path.rglob("*")) == [tmp_path / "in"]


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        backup._extract(packed(("x", tarfile.REGTYPE, b"1"), ("x", tarfile.REGTYPE, b"2")), tmp_path)
    assert (tmp_path / "x").read_bytes() == b"1"
