# SPDX-License-Identifier: Apache-2.0
"""Judges a Content-Security-Policy by the rules of Google's CSP Evaluator, for which CSP level 3 gives reasons.

`python -m tests.scan.policy URL...` asks each address and prints what is wrong with its policy; exit status 1 where
something is.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

RUNS = ("script-src", "script-src-elem", "script-src-attr", "object-src", "base-uri")
OPEN = ("*", "http:", "https:", "data:", "blob:", "filesystem:", "'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'")


def parsed(policy: str) -> dict[str, list[str]]:
    """Its directives; of one that is said twice the first holds (CSP 3, section 2.2.1)."""
    found: dict[str, list[str]] = {}
    for part in policy.split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), [word.lower() for word in words[1:]])
    return found


def findings(policy: str) -> list[str]:
    """What is wrong with a policy, one sentence each; empty for one under which no foreign script runs."""
    if not policy.strip():
        return ["there is no policy"]
    told = parsed(policy)
    fallback = told.get("default-src", ["*"])
    wrong = [f"{name}: {word}" for name, words in told.items() for word in words if word in OPEN]
    every = [(name, word) for name, words in told.items() for word in words]
    wrong += [f"{name}: {word} leads over plain http" for name, word in every if word.startswith("http://")]
    for name in ("script-src", "object-src"):
        if "*" in told.get(name, fallback) and name not in told:
            wrong.append(f"{name} is left open")
    if told.get("object-src", fallback) not in (["'none'"], []):
        wrong.append("object-src lets plug-ins in")
    needed = () if "sandbox" in told else ("base-uri", "frame-ancestors", "form-action")
    wrong += [f"{name} is missing, and default-src does not stand in for it" for name in needed if name not in told]
    scripts = told.get("script-src", fallback)
    if scripts != ["'none'"] and "require-trusted-types-for" not in told:
        wrong.append("scripts may run, and Trusted Types are not required")
    if "report-uri" in told or "report-to" in told:
        wrong.append("reports would leave the page")
    return wrong


def main(addresses: list[str]) -> int:
    """Ask, judge, print."""
    worst = 0
    for address in addresses:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                policy = answer.headers.get("Content-Security-Policy", "")
        except urllib.error.HTTPError as error:
            policy = error.headers.get("Content-Security-Policy", "")
            error.close()
        wrong = findings(policy)
        worst = max(worst, bool(wrong))
        sys.stdout.write(f"{address}: {'; '.join(wrong) or 'nothing is wrong'}\n")
    return int(worst)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
