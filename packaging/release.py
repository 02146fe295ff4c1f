# SPDX-License-Identifier: Apache-2.0
"""Makes what a release consists of, from a commit: `packaging/release.py [--out dist] [--audit]`.

Wheel and source archive are built twice, from two copies in two places, and have to be the same bytes: whoever builds
this commit gets what we published. Beside them: the bill of materials of everything an installation pulls in
(CycloneDX, from the lock, without addresses), where it came from (an in-toto statement with a SLSA provenance), and
SHA-256 sums. Sign the sums with whatever your house trusts. A version of which the commit keeps no filled installation
for its successors to be upgraded from is not released (docs/how-to/release.md). Sources: reproducible-builds.org
(SOURCE_DATE_EPOCH), slsa.dev/provenance/v1, CycloneDX 1.6.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "runtime.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.M)
VERSION = re.compile(r'^__version__ = "(.+)"$', re.M)
KEPT = "tests/data/upgrades"


def git(*words: str) -> bytes:
    """What git says."""
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


def kept(commit: str) -> str:
    """The version of a commit. Raises SystemExit where it is final and no installation of it is kept."""
    found = VERSION.search(git("show", f"{commit}:src/tocsin/__init__.py").decode())
    version = found[1] if found else ""
    there = git("ls-tree", "--name-only", commit, f"{KEPT}/").decode().split()
    if "dev" not in version and f"{KEPT}/{version}.tar.gz" not in there:
        raise SystemExit(f"no installation of {version} is kept: python {KEPT}/make.py, and commit what it made")
    return version


def build(commit: str, epoch: str, into: Path) -> dict[str, bytes]:
    """Wheel and source archive of a commit, built from a copy of it below `into`; by name."""
    copy, made = into / "copy", into / "made"
    copy.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(git("archive", commit))) as packed:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.0 to 3.11.3 know none
        packed.extractall(copy, **safely)  # noqa: S202 - git packed it, of our own commit
    told = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "0", "TZ": "UTC"}
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(made)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env=told)
    return {path.name: path.read_bytes() for path in sorted(made.iterdir())}


def twice(commit: str, epoch: str) -> dict[str, bytes]:
    """The same, and that it is the same wherever it is built. Raises SystemExit when it is not."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first, second = build(commit, epoch, Path(one) / "a"), build(commit, epoch, Path(two) / "another" / "place")
    odd = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    if odd:
        raise SystemExit(f"built twice, and not the same: {', '.join(odd)}")
    return first


def bill(lock: Path = LOCK) -> dict[str, Any]:
    """The bill of materials of a lock: every pin with its hashes, and no address of any registry."""
    command = [
        sys.executable, "-m", "cyclonedx_py", "requirements", str(lock), "--pyproject", str(ROOT / "pyproject.toml"),
        "--output-reproducible", "--of", "JSON",
    ]  # fmt: skip
    with warnings.catch_warnings():
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    for each in found["components"]:
        distributed = [ref for ref in each.pop("externalReferences", []) if ref["type"] == "distribution"]
        each["hashes"] = [hash_ for ref in distributed for hash_ in ref.get("hashes", [])]
        each.pop("description", None)
        each["bom-ref"] = each["purl"]
    for tool in found["metadata"].get("tools", {}).get("components", []):
        tool.pop("externalReferences", None)
    root = found["metadata"]["component"]["bom-ref"]
    names = sorted(each["bom-ref"] for each in found["components"])
    found["dependencies"] = [{"ref": root, "dependsOn": names}, *({"ref": name} for name in names)]
    missing = set(PIN.findall(lock.read_text())) - {each["name"] for each in found["components"]}
    if missing:
        raise SystemExit(f"not in the bill of materials: {', '.join(sorted(missing))}")
    return found


def provenance(files: dict[str, bytes], commit: str, epoch: str) -> dict[str, Any]:
    """Where files came from: which commit, by which steps, with which tools."""
    tools = {"python": sys.version.split()[0], "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest()}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": sha256(body)}} for name, body in sorted(files.items())],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://tocsin.example/packaging/release.py/v1",
                "externalParameters": {"commit": commit, "SOURCE_DATE_EPOCH": epoch},
                "internalParameters": tools,
                "resolvedDependencies": [{"uri": "git:tocsin", "digest": {"gitCommit": commit}}],
            },
            "runDetails": {"builder": {"id": "packaging/release.py"}, "metadata": {"invocationId": commit}},
        },
    }


def sha256(body: bytes) -> str:
    """The digest in hex."""
    return hashlib.sha256(body).hexdigest()


def release(commit: str, out: Path) -> list[str]:
    """Make everything below `out`; returns the names."""
    commit = git("rev-parse", f"{commit}^{{commit}}").decode().strip()
    epoch = git("show", "-s", "--format=%ct", commit).decode().strip()
    kept(commit)
    files = twice(commit, epoch)
    files["tocsin.cdx.json"] = _json(bill())
    files["tocsin.intoto.json"] = _json(provenance(files, commit, epoch))
    files["SHA256SUMS"] = "".join(f"{sha256(body)}  {name}\n" for name, body in sorted(files.items())).encode()
    out.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (out / name).write_bytes(body)
    return sorted(files)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def main() -> int:
    """Make a release; 1 when its audit finds something."""
    words = argparse.ArgumentParser(description="Make wheel, source archive, bill of materials, provenance and sums.")
    words.add_argument("--commit", default="HEAD")
    words.add_argument("--out", type=Path, default=ROOT / "dist")
    words.add_argument("--audit", action="store_true", help="ask an OSV database about every pin first")
    given = words.parse_args()
    if given.audit:
        asked = [sys.executable, str(ROOT / "packaging" / "audit.py"), str(LOCK)]
        if subprocess.run(asked, check=False).returncode:
            return 1
    for name in release(given.commit, given.out):
        sys.stdout.write(f"{given.out / name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
