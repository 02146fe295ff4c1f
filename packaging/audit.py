# SPDX-License-Identifier: Apache-2.0
"""Asks an OSV database about every package of a lock, and proves that it asked: `packaging/audit.py [LOCK ...]`.

A scanner that skips a package, or a service that answers nothing, looks like a clean bill. So besides the pins of the
lock a release of Django that is known to be vulnerable is asked about; the audit fails unless that one is found, and
unless the answer names exactly the pins of the lock. `OSV_URL` names another service of the same interface.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONTROL = ("django", "4.2.0")
"""Known to everybody as vulnerable: CVE-2023-31047 and others after it."""

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.M)


def pins(lock: Path) -> set[tuple[str, str]]:
    """What a lock pins, whatever platform it is for."""
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in PIN.findall(lock.read_text())}


def ask(asked: set[tuple[str, str]], url: str) -> list[dict[str, Any]]:
    """Let pip-audit ask about these pins; what it says of each. Raises RuntimeError when it could not."""
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch) / "requirements.txt"
        given.write_text("".join(f"{name}=={version}\n" for name, version in sorted(asked)))
        command = [
            sys.executable, "-m", "pip_audit", "--requirement", str(given), "--no-deps", "--disable-pip",
            "--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off",
            *(["--osv-url", url] if url else []),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise RuntimeError(f"pip-audit could not ask: {said}") from None
    return found


def audit(lock: Path, url: str) -> list[str]:
    """What is wrong with a lock, or with the audit of it; empty when every pin was asked about and none is known."""
    wanted = pins(lock)
    # The control is asked about by itself: one name stands in a lock once.
    (control,) = ask({CONTROL}, url) or [{}]
    if not control.get("vulns"):
        return [f"the audit proves nothing: it does not find what is wrong with {'=='.join(CONTROL)}"]
    found = ask(wanted, url)
    answered = {(str(each["name"]).lower(), str(each.get("version"))) for each in found if "skip_reason" not in each}
    wrong = [f"{name}=={version} was not audited" for name, version in sorted(wanted - answered)]
    for each in found:
        told = ", ".join(sorted(str(vulnerability["id"]) for vulnerability in each.get("vulns", [])))
        if told:
            wrong.append(f"{each['name']}=={each['version']}: {told}")
    return wrong


def main(locks: list[str]) -> int:
    """Audit each lock; 0 when nothing is wrong, 1 when something is, 3 when nobody could be asked."""
    status = 0
    for lock in [Path(each) for each in locks] or [ROOT / "requirements" / "dev.txt"]:
        try:
            wrong = audit(lock, os.environ.get("OSV_URL", ""))
        except RuntimeError as error:
            sys.stderr.write(f"{lock.name}: {error}\n")
            return 3
        told = [f"  {each}" for each in wrong] or [f"  {len(pins(lock))} pins, every one audited, none known"]
        sys.stdout.write("\n".join([f"{lock.name}:", *told, ""]))
        status |= bool(wrong)
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
