# SPDX-License-Identifier: Apache-2.0
"""The signing key: what GnuPG says of its signatures, and what must never be seen of it."""

from __future__ import annotations

import pickle
import shutil
import subprocess
from pathlib import Path

import pytest

from tocsin.adapters.openpgp import KeyRefused, PgpSigner, create_key, load_signer

BODY = '{"document": "ü"}\n'.encode()


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> PgpSigner:
    directory = tmp_path_factory.mktemp("keys")
    create_key(directory, "Security advisories <https://security.example.org>")
    found = load_signer(directory)
    assert found is not None
    return found


def gpg(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("gpg"):
        pytest.skip("needs GnuPG (Debian: apt-get install gnupg)")
    command = ["gpg", "--homedir", str(home), "--batch", "--no-autostart", "--status-fd", "1", *words]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60)


@pytest.fixture
def judge(tmp_path: Path, signer: PgpSigner) -> Path:
    """GnuPG with the certificate imported, a document and its signature beside it."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    (tmp_path / "key.asc").write_text(signer.certificate)
    imported = gpg(home, "--import", str(tmp_path / "key.asc"))
    assert f"IMPORT_OK 1 {signer.fingerprint}" in imported.stdout
    (tmp_path / "document.json").write_bytes(BODY)
    (tmp_path / "document.json.asc").write_text(signer.sign(BODY))
    return home


def test_gnupg_verifies_what_is_signed(judge: Path, tmp_path: Path, signer: PgpSigner) -> None:
    seen = gpg(judge, "--verify", str(tmp_path / "document.json.asc"), str(tmp_path / "document.json"))
    assert "GOODSIG" in seen.stdout
    assert "VALIDSIG" in seen.stdout
    assert signer.fingerprint in seen.stdout


def test_gnupg_refuses_what_was_changed(judge: Path, tmp_path: Path) -> None:
    (tmp_path / "document.json").write_bytes(BODY + b" ")
    seen = gpg(judge, "--verify", str(tmp_path / "document.json.asc"), str(tmp_path / "document.json"))
    assert "BADSIG" in seen.stdout
    assert seen.returncode


def test_the_key_is_one_that_every_program_can_read(judge: Path) -> None:
    shown = gpg(judge, "--with-colons", "--list-keys").stdout
    primary = next(line.split(":") for line in shown.splitlines() if line.startswith("pub"))
    assert (primary[2], primary[3]) == ("255", "22")  # 255 bits, EdDSA of version 4
    assert not primary[6], "it does not expire: its signatures have to outlive it"


def test_nothing_shows_the_secret_half(signer: PgpSigner) -> None:
    for shown in (repr(signer), str(signer), f"{signer}", signer.certificate, signer.sign(b"x")):
        assert "PRIVATE" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(signer)
    with pytest.raises(KeyRefused) as caught:
        PgpSigner(b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nsecretsecret\n-----END PGP PRIVATE KEY BLOCK-----\n")
    assert "secret" not in str(caught.value).replace("secret key", "")
    assert "\n" not in str(caught.value)


def test_a_key_that_lies_openly_is_refused(tmp_path: Path) -> None:
    path = create_key(tmp_path, "X")
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyRefused, match="chmod 600"):
        load_signer(tmp_path)


def test_a_key_is_made_once(tmp_path: Path) -> None:
    assert load_signer(tmp_path) is None
    create_key(tmp_path, "X")
    with pytest.raises(FileExistsError):
        create_key(tmp_path, "X")
