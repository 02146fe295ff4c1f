# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.scan.scan [--quick]`: what others' scanners say about a live installation and about the source.

Starts an installation of its own on loopback, besieges it with slow clients, judges the policies of its pages, runs
bandit and semgrep (with our rules) over the source, and wapiti over the front and, signed in, over the desk. A scanner
that is not on the PATH is named and passed over. Results of one run, and what each finding means:
docs/explanation/scans.md. Schemathesis runs with the tests (tests/api/test_fuzz.py).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.accounts.conftest import Person, Served, serving
from tests.campaign.test_canaries import PAGES
from tests.scan import policy, slow
from tests.support import ROOT

RULES = ROOT / "tests" / "scan" / "rules"
MEDIUM = 2
"""Of wapiti's levels, which go from 1 (low) to 4 (critical); 0 is information."""


def front_of(home: Path) -> str:
    """Where the installation is reached by reporters."""
    lines = (home / "tocsin.toml").read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("url = "))


def told(text: str) -> None:
    """Say at once what is going on: a scan takes minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def installed(name: str) -> str | None:
    """A scanner, or that it is not here."""
    found = shutil.which(name)
    if found is None:
        told(f"{name}: not on the PATH, passed over (a virtual environment of its own: pip install {name})")
    return found


def bandit() -> bool:
    """Everything of medium severity and above; what is explained is explained in docs/explanation/scans.md."""
    program = installed("bandit")
    if program is None:
        return True
    done = subprocess.run([program, "-q", "-r", "src", "-ll", "-f", "json"], cwd=ROOT, capture_output=True, check=False)
    found = json.loads(done.stdout)["results"]
    for (test, severity), count in sorted(Counter((each["test_id"], each["issue_severity"]) for each in found).items()):
        told(f"bandit: {test} {severity} {count}")
    return all(each["issue_severity"] != "HIGH" for each in found)


def semgrep() -> bool:
    """Our rules: first over what each has to find, then over the source, where none may find anything."""
    program = installed("semgrep")
    if program is None:
        return True
    ours = RULES / "tocsin.yml"
    names = {line.split()[-1] for line in ours.read_text("utf-8").splitlines() if line.startswith("  - id:")}
    with tempfile.TemporaryDirectory() as place:
        for name in ("hazards.py", "hazards.html"):
            shutil.copy(RULES / "hazards.txt", Path(place) / name)
        control = {name for name, _ in _found(program, ours, place)}
    told(f"semgrep: {len(control)} of {len(names)} rules find their hazard")
    found = _found(program, ours, str(ROOT / "src"))
    for name, where in found:
        told(f"semgrep: {name} at {where}")
    return not found and control == names


def _found(program: str, rules: Path, place: str) -> list[tuple[str, str]]:
    command = [program, "scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore", "--json"]
    done = subprocess.run([*command, "--config", str(rules), place], capture_output=True, check=False)
    answer = json.loads(done.stdout)
    wrong = [each["message"] for each in answer["errors"] if each["level"] == "error"]
    assert not wrong, wrong[:3]
    return [(each["check_id"].rpartition(".")[2], f"{each['path']}:{each['start']['line']}")
            for each in answer["results"]]  # fmt: skip


def wapiti(served: Served, front: str, quick: bool) -> bool:
    """The front as everybody meets it, then the desk as somebody signed in with every form within reach."""
    program = installed("wapiti")
    if program is None:
        return True
    dana = Person(served)
    dana.enter(served.add("Dana"))
    dana.set_up()
    cookie = "; ".join(f"{each.name}={each.value}" for each in dana.browser._client.cookies.jar)
    good = [
        _attacked(program, f"{front}/", ["-s", f"{front}/p/warehousepg/report"], quick),
        _attacked(program, f"{served.url}/inbox", ["-H", f"Cookie: {cookie}", "--drop-set-cookie"], quick),
    ]
    return all(good)


def _attacked(program: str, url: str, more: list[str], quick: bool) -> bool:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "report.json"
        command = [program, "-u", url, "--flush-session", "--scope", "domain", "--no-bugreport", "-v", "0", *more]
        command += ["--max-scan-time", "60" if quick else "600", "--max-attack-time", "15" if quick else "120"]
        command += ["--store-session", place, "--store-config", place, "-f", "json", "-o", str(file), "-d", "5"]
        subprocess.run([*command, "-m", MODULES], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        answer: dict[str, Any] = json.loads(file.read_text("utf-8"))
    told(f"wapiti: {url}: {answer['infos']['crawled_pages_nbr']} addresses")
    worst = 0
    for kind in ("vulnerabilities", "anomalies"):
        for name, found in answer[kind].items():
            for each in found:
                worst = max(worst, each["level"])
                told(f"wapiti: level {each['level']} {name}: {each['method']} {each['path']} {each['info'][:160]}")
    return worst < MEDIUM


MODULES = "backup,brute_login_form,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,https_redirect,ldap,\
methods,nikto,permanentxss,redirect,sql,ssrf,timesql,upload,xss,xxe"
"""Of wapiti's, without those that ask somebody else on the network or look for products that this is none of."""


def main(quick: bool) -> int:
    """Run everything that is here; 1 where something has to be looked at."""
    good = [_said("bandit", bandit), _said("semgrep", semgrep)]
    with tempfile.TemporaryDirectory() as place, serving(Path(place) / "instance") as served:
        front = front_of(served.home)
        pages = [*(front + page for page in PAGES), f"{served.url}/account/sign-in"]
        good.append(_said("policies", lambda: policy.main(pages) == 0))
        good.append(_said("wapiti", lambda: wapiti(served, front, quick)))
        good.append(_said("slow clients", lambda: slow.main(front, *((100, 100) if quick else ())) == 0))
    return 0 if all(good) else 1


def _said(name: str, scan: Callable[[], bool]) -> bool:
    told(f"== {name}")
    good = scan()
    told(f"== {name}: {'nothing to look at' if good else 'LOOK AT THIS'}")
    return good


if __name__ == "__main__":
    raise SystemExit(main("--quick" in sys.argv))
