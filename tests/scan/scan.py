# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.scan.scan [--quick]`: what others' scanners say about a live installation and about the source.

Starts an installation of its own on loopback, judges the policies of its pages (by our evaluator and by Google's), lets
wapiti loose on the front and, signed in, on the desk, and besieges the front with slow clients (ours and slowhttptest);
bandit and semgrep read the source (`tests.scan.source`). A scanner that is not on the PATH is named and passed over.
Results of one run, and what each finding means: docs/explanation/scans.md. Schemathesis runs with the tests
(tests/api/test_fuzz.py).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.accounts.conftest import Person, Served, serving
from tests.campaign.test_canaries import PAGES
from tests.scan import policy, slow
from tests.scan.source import bandit, installed, semgrep, told

HERE = Path(__file__).parent
MEDIUM = 2
"""Of wapiti's levels, which go from 1 (low) to 4 (critical); 0 is information."""


def front_of(home: Path) -> str:
    """Where the installation is reached by reporters."""
    lines = (home / "tocsin.toml").read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("url = "))


def wapiti(served: Served, front: str, quick: bool) -> bool:
    """The front as everybody meets it, the desk as a stranger meets it, then signed in, with every form of a case and
    of the project within reach. Signed in it is kept away from what would end its own session: the account's pages."""
    program = installed("wapiti", "an environment of its own: pip install wapiti3")
    if program is None:
        return True
    report = ("--title", "A scanner's case", "--reproduce", "Scan it.", "--version", "7.3.1")
    received = served.tocsin("report", "new", "-p", "warehousepg", *report)
    ref = received.split()[1]
    dana = Person(served)
    dana.enter(served.add("Dana"))
    dana.set_up()
    cookie = "; ".join(f"{each.name}={each.value}" for each in dana.browser._client.cookies.jar)
    # As a header, which nothing that an answer sets takes the place of. (`--drop-set-cookie` drops what is sent.)
    inside = ["-C", cookie, "-s", f"{served.url}/c/{ref}"]
    inside += [word for end in ("/sign-out", "/account/*") for word in ("-x", served.url + end)]
    good = [
        _attacked(program, f"{front}/", ["-s", f"{front}/p/warehousepg/report"], quick),
        _attacked(program, f"{served.url}/account/sign-in", [], quick),
        _attacked(program, f"{served.url}/inbox", inside, quick, f"/c/{ref}/history"),
    ]
    if not dana.sees_the_inbox():
        told("wapiti: the session that it was given ended meanwhile: what it saw from then on was the sign-in page")
        return False
    return all(good)


def _attacked(program: str, url: str, more: list[str], quick: bool, seen: str = "") -> bool:
    """Whether it found nothing of medium level or above, and has been where it has to have been."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "report.json"
        command = [program, "-u", url, "--flush-session", "--scope", "domain", "--no-bugreport", "-v", "0", *more]
        command += ["--max-scan-time", "60" if quick else "600", "--max-attack-time", "15" if quick else "120"]
        command += ["--store-session", place, "--store-config", place, "-f", "json", "-o", str(file), "-d", "5"]
        command += ["-dr", "1", "-m", MODULES]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not file.exists():
            told(f"wapiti: {url}: no report: {done.stdout[-400:]}")
            return False
        answer: dict[str, Any] = json.loads(file.read_text("utf-8"))
    told(f"wapiti: {url}: {answer['infos']['crawled_pages_nbr']} addresses")
    worst = 0
    for kind in ("vulnerabilities", "anomalies"):
        for name, found in answer[kind].items():
            for each in found:
                worst = max(worst, each["level"])
                told(f"wapiti: level {each['level']} {name}: {each['method']} {each['path']} {each['info'][:160]}")
    if seen not in json.dumps(answer["infos"].get("crawled_pages", [])):
        told(f"wapiti: {seen} was not found: it was not signed in")
        return False
    return worst < MEDIUM


MODULES = "backup,brute_login_form,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,https_redirect,ldap,\
methods,nikto,permanentxss,redirect,sql,ssrf,timesql,upload,xss,xxe"
"""Of wapiti's, without those that ask somebody else on the network or look for products that this is none of."""


def evaluator(pages: list[str]) -> bool:
    """Google's CSP Evaluator on the policy of each page: nothing high or medium that is certain. That a script of one's
    own host may run it calls medium, perhaps: it cannot know that nothing foreign is ever served as one."""
    program = installed("node", "Debian: nodejs; and NODE_PATH to a place of: npm install csp_evaluator")
    if program is None:
        return True
    given = json.dumps({page: _policy(page) for page in pages})
    command = [program, str(HERE / "csp_evaluator.cjs")]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if "Cannot find module" in done.stderr:
        told("csp_evaluator: not on the NODE_PATH, passed over (npm install csp_evaluator)")
        return True
    found = [(page, each) for page, all_ in json.loads(done.stdout).items() for each in all_]
    for page, each in found:
        told(f"csp_evaluator: {page}: severity {each['severity']}: {each['directive']}: {each['description']}")
    told(f"csp_evaluator: {len(pages)} pages, {len(found)} findings")
    return all(each["severity"] > CERTAIN for _, each in found)


CERTAIN = 40
"""Of its severities, which go from 10 (high) to 100 (none): from here on it says "perhaps"."""


def _policy(page: str) -> str:
    try:
        with urllib.request.urlopen(page, timeout=30) as answer:
            return str(answer.headers.get("Content-Security-Policy", ""))
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers.get("Content-Security-Policy", ""))


def slowhttptest(front: str, quick: bool) -> bool:
    """Its slow headers, bodies and readers, a thousand at once, while honest people ask; judged by these alone."""
    program = installed("slowhttptest", "Debian: slowhttptest")
    if program is None:
        return True
    connections, seconds, asked = (100, 60, 50) if quick else (1000, 600, 1000)  # ended when all have asked
    rates = ["-c", str(connections), "-r", "300", "-l", str(seconds), "-p", "10", "-v", "1"]
    good = True
    for name, words in (("headers", ["-H", "-i", "5"]), ("bodies", ["-B", "-i", "5", "-s", "1000000"]),
                        ("readers", ["-X", "-n", "5", "-z", "8", "-w", "10", "-y", "20", "-k", "3"])):  # fmt: skip
        held = subprocess.Popen([program, *words, *rates, "-u", f"{front}/p/warehousepg/report"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            answers = asyncio.run(slow.siege(front, 0, asked))
            lasted = held.poll() is None
        finally:
            held.terminate()
            held.wait()
        ok = answers["honest: ok"]
        told(f"slowhttptest: {connections} slow {name}: {ok} of {asked} honest requests answered")
        for each, count in answers.items():
            if each != "honest: ok":
                told(f"slowhttptest: {each}  {count}")
        if not lasted:
            told(f"slowhttptest: the slow {name} were gone before all had asked: that shows nothing")
        good &= lasted and ok >= slow.ENOUGH * asked
    return good


def main(quick: bool) -> int:
    """Run everything that is here; 1 where something has to be looked at."""
    good = [_said("bandit", bandit), _said("semgrep", semgrep)]
    with tempfile.TemporaryDirectory() as place, serving(Path(place) / "instance") as served:
        front = front_of(served.home)
        pages = [*(front + page for page in PAGES), f"{served.url}/account/sign-in"]
        good.append(_said("policies", lambda: policy.main(pages) == 0))
        good.append(_said("evaluator", lambda: evaluator(pages)))
        good.append(_said("wapiti", lambda: wapiti(served, front, quick)))
        good.append(_said("slowhttptest", lambda: slowhttptest(front, quick)))
        good.append(_said("slow clients", lambda: slow.main(front, *((100, 100) if quick else ())) == 0))
    return 0 if all(good) else 1


def _said(name: str, scan: Callable[[], bool]) -> bool:
    told(f"== {name}")
    good = scan()
    told(f"== {name}: {'nothing to look at' if good else 'LOOK AT THIS'}")
    return good


if __name__ == "__main__":
    raise SystemExit(main("--quick" in sys.argv))
