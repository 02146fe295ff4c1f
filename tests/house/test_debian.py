# SPDX-License-Identifier: Apache-2.0
"""The Debian package installs: dpkg unpacks it and makes its users and directories, the command says its version with
nothing but what lies in it, nothing in it tells of the machine that built it, and what an installation keeps outlives
it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_release import tool
from tests.support import ROOT
from tocsin import __version__

pytestmark = [pytest.mark.slow, pytest.mark.deep]  # two minutes: it compiles everything that it holds

debian = tool("debian")
PYTHON = Path("/usr/bin/python3")


def run(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() or not (PYTHON.exists() and shutil.which("dpkg-deb") and shutil.which("bwrap")):
        pytest.skip("needs Debian's own Python, dpkg-deb, bubblewrap, and to be root")
    place = tmp_path_factory.mktemp("deb")
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place))
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    try:
        return Path(debian.package(next(place.glob("*.whl")), place, PYTHON))
    except SystemExit as refused:
        if "error sending request" in str(refused):
            pytest.skip("needs the locked packages, from a registry or a cache")
        raise


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An otherwise empty system that it is installed on. Tests only look at it."""
    return installed(package, tmp_path_factory.mktemp("system"))


def installed(package: Path, place: Path) -> Path:
    for each in ("etc", *(f"var/lib/dpkg/{name}" for name in ("info", "updates", "triggers"))):
        (place / each).mkdir(parents=True)
    (place / "var/lib/dpkg/status").touch()
    dpkg(place, "--install", package)
    return place


def dpkg(root: Path, *words: str | Path) -> None:
    run("dpkg", f"--root={root}", "--force-script-chrootless", "--force-depends", "--log=/dev/null", *words)


def test_the_command_says_its_version_from_what_the_package_holds(package: Path, root: Path) -> None:
    inside = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--bind", str(root / "opt"), "/opt")
    assert (root / "usr/bin/tocsin").readlink() == Path("/opt/tocsin/bin/tocsin")
    assert run(*inside, "/opt/tocsin/bin/tocsin", "--version").split() == ["tocsin,", "version", __version__]
    where = "import tocsin.boot.main as it; print(it.__file__, it.__cached__)"
    file, cached = run(*inside, "/opt/tocsin/bin/python", "-c", where).split()
    assert file.startswith("/opt/tocsin/lib/")
    listed = run("dpkg-deb", "--contents", package)
    assert f".{cached}\n" in listed, "compiled already, for whom it is not to write"


def test_keys_and_data_have_users_of_their_own_and_the_units_are_ours(root: Path) -> None:
    users = {line.split(":")[0]: line.split(":") for line in (root / "etc/passwd").read_text().splitlines()}
    assert set(users) == {"tocsin", "tocsin-keys"}
    assert {each[6] for each in users.values()} == {"/usr/sbin/nologin"}
    for place, user, mode in (("tocsin", "tocsin", 0o750), ("tocsin-keys", "tocsin-keys", 0o700)):
        told = (root / "var/lib" / place).stat()
        assert (told.st_uid, told.st_mode & 0o777) == (int(users[user][2]), mode)
    systemd = ROOT / "packaging/systemd"
    for unit in (each for each in systemd.rglob("*") if each.is_file()):
        assert (root / "usr/lib/systemd/system" / unit.relative_to(systemd)).read_bytes() == unit.read_bytes()
    assert (root / "usr/sbin/tocsin-admin").read_bytes() == (ROOT / "packaging/admin.sh").read_bytes()


def test_nothing_in_it_is_anybodys_to_write_or_tells_where_it_was_built(package: Path, root: Path) -> None:
    listed = [line.split() for line in run("dpkg-deb", "--contents", package).splitlines()]
    assert {owner for _, owner, *_ in listed} == {"root/root"}
    assert [path for mode, _, _, _, _, path, *_ in listed if mode[0] != "l" and "w" in (mode[5], mode[8])] == []
    for each in (root / "opt/tocsin").rglob("*"):
        if each.is_file() and not each.is_symlink() and each.suffix in ("", ".pyc", ".cfg", ".json"):
            assert b"/stage/" not in each.read_bytes(), each


def test_what_an_installation_keeps_outlives_the_package(package: Path, tmp_path: Path) -> None:
    root = installed(package, tmp_path)
    kept = root / "var/lib/tocsin" / "tocsin.db"
    kept.write_bytes(b"cases")
    dpkg(root, "--purge", "tocsin")
    assert not (root / "opt/tocsin").exists()
    assert not (root / "usr/bin/tocsin").is_symlink()
    assert kept.read_bytes() == b"cases"
