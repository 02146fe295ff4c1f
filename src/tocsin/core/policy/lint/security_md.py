# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint security-md`: what a SECURITY.md promises, what it leaves open, and what has aged (S77).

The rules look at what `prose.reading` understood, so the linter and the importer never disagree about a document.
"""

from __future__ import annotations

import re
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from tocsin.core.policy.lint.finding import Finding, Severity
from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.channels import EMAIL
from tocsin.core.policy.prose.durations import VAGUE
from tocsin.core.policy.prose.promises import topic_at
from tocsin.core.policy.prose.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tocsin.core.policy.prose.found import Found
    from tocsin.core.policy.prose.markdown import Unit
    from tocsin.core.policy.prose.reading import Reading

    Check = Callable[[Reading], Iterator[Finding]]

CODES: Final = {
    "channel-conditional": "A channel is offered that may not exist.",
    "channel-renamed": "A service is called by a name it no longer has.",
    "contact-missing": "The document names no way to report that a reader could use.",
    "contradiction": "Two sentences of the document promise different things.",
    "cvss-superseded": "The document names a CVSS version that has successors.",
    "disclosure-deadline-missing": "The document has no rule or maximum for how long a matter stays private.",
    "document-empty": "The document has no text.",
    "document-truncated": "The document is longer than what is read.",
    "embargo-found": "A rule about disclosure was found.",
    "embargo-unquantified": "The longest wait before disclosure has no number.",
    "encoding-mojibake": "Text was damaged by reading it in the wrong encoding.",
    "encryption-without-key": "Encryption is asked for, but no key is named.",
    "link-insecure": "A link uses http where the address matters.",
    "link-moved": "A link points to a place that has moved.",
    "private-reporting-missing": "The document does not ask for private reports.",
    "safe-harbour-missing": "The document does not say that reporters in good faith are safe.",
    "scope-missing": "The document does not say what is in or out of scope.",
    "sla-found": "A promise with a time was found.",
    "sla-missing": "The document does not say when somebody answers.",
    "sla-unquantified": "A promise has words where a number belongs.",
    "stray-punctuation": "A line begins with punctuation that belongs to the line before.",
    "supported-versions-by-reference": "The supported versions stand somewhere else.",
    "supported-versions-found": "Supported versions were found.",
    "supported-versions-missing": "The document does not say which versions get fixes.",
    "term-superseded": "The document uses a term the field has left behind.",
}
"""Every code with its sentence. Codes are never reused."""

_NUMBERED: Final = {
    "sla.acknowledgement.within": "acknowledgement",
    "sla.first_feedback.within": "first feedback",
    "sla.conversation.within": "conversation",
    "sla.reply.within": "reply",
    "sla.updates.every": "update",
    "sla.assessment.within": "assessment",
    "sla.fix.within": "fix",
    "distributors.notice": "notice to distributors",
}
_MOVED: Final = (
    (re.compile(r"https?://cve\.mitre\.org/?", re.I), "cve.mitre.org has moved to www.cve.org"),
    (
        re.compile(r"https?://(?:[\w.-]+\.)?sks-keyservers\.net", re.I),
        "sks-keyservers.net is gone: use keys.openpgp.org",
    ),
    (re.compile(r"https?://(?:www\.)?securityfocus\.com", re.I), "securityfocus.com is gone"),
)
_TERMS: Final = re.compile(r"\bresponsible(?:ly)? disclos\w+|\bdisclosed responsibly\b", re.I)
_CVSS: Final = re.compile(r"\bCVSS(?: ?v| version )?\s?(?:2(?:\.0)?|3\.0)\b(?!\.\d)", re.I)
_STRAY: Final = re.compile(r"^\s*[,;](?=\s)|^\s*\.(?=\s)")
_SCOPE: Final = re.compile(
    r"\b(?:in|out of|outside (?:of )?(?:the )?)[ -]?scope\b|\bscope\b|\bnot act on\b"
    r"|\bnot (?:considered|treated as|regarded as) (?:a |as )?(?:security|vulnerabilit)",
    re.I,
)
_PUBLIC_TRACKER: Final = re.compile(
    r"\breport\b.{0,60}\b(?:vulnerabilit\w+|security (?:issue|bug|problem)s?)\b.{0,60}"
    r"\b(?:by (?:opening|creating|filing)"
    r"|(?:in|on|via|using|through) (?:the |our )?(?:public |GitHub )?(?:issue|bug) ?tracker)\b",
    re.I,
)


def lint_security_md(data: bytes) -> tuple[Finding, ...]:
    """Check a document of any language, size and encoding. Never raises; findings are in the order of their lines."""
    reading = read(data)
    found = {(each.line, each.code, each.message): each for check in _CHECKS for each in check(reading)}
    return tuple(sorted(found.values(), key=lambda each: (each.line, list(Severity).index(each.severity), each.code)))


def _text(reading: Reading) -> tuple[Unit, ...]:
    return tuple(unit for unit in reading.page.units if unit.shape not in (Shape.HEADING, Shape.CODE))


def _error(line: int, code: str, message: str) -> Finding:
    return Finding(line=line, code=code, severity=Severity.ERROR, message=message)


def _warning(line: int, code: str, message: str) -> Finding:
    return Finding(line=line, code=code, severity=Severity.WARNING, message=message)


def _info(line: int, code: str, message: str) -> Finding:
    return Finding(line=line, code=code, severity=Severity.INFO, message=message)


def _bytes(reading: Reading) -> Iterator[Finding]:
    for damage in reading.decoded.damage:
        meant = f'should be "{damage.meant}"' if damage.meant else "is not UTF-8: save the file as UTF-8"
        yield _error(damage.line, "encoding-mojibake", f'"{damage.found}" {meant}')
    if reading.decoded.truncated:
        yield _warning(1, "document-truncated", "only the first megabyte was read")
    if not reading.page.units:
        yield _error(1, "document-empty", "there is no text: say at least where to report")


def _channels(reading: Reading) -> Iterator[Finding]:
    listed = reading.of("intake.channel")
    usable = [each for each in listed if each.value["kind"] != "maintainers"]
    addresses = [each for each in listed if each.value.get("address") or each.value.get("url")]
    absent = reading.of("intake.channel.may_be_absent")
    for each in listed:
        named = EMAIL.search(reading.page.units[each.unit].text)
        if each.value["kind"] == "maintainers" and not named and not addresses:
            yield _error(each.line, "contact-missing", '"individual email addresses": none is given; name one address')
    if reading.page.units and not listed:
        yield _error(1, "contact-missing", "no address or form is named: say where to report")
    for each in absent:
        if len(usable) > 1:
            yield _info(each.line, "channel-conditional", "this option may not be present; another channel is named")
        else:
            yield _warning(each.line, "channel-conditional", "this option may not be present: give a second channel")


def _encryption(reading: Reading) -> Iterator[Finding]:
    asked = reading.of("intake.channel.encryption")
    if asked and asked[0].value != "optional" and not reading.of("intake.channel.key"):
        yield _warning(
            asked[0].line, "encryption-without-key", f"encrypted mail is {asked[0].value}, but no key is named"
        )


def _promises(reading: Reading) -> Iterator[Finding]:
    contains = {each.unit: each.value for each in reading.of("sla.first_feedback.must_contain")}
    for each in reading.found:
        if name := _NUMBERED.get(each.path):
            parts = [part.replace("investigation-", "") for part in contains.get(each.unit, ())]
            must = f", must include {' + '.join(parts)}" if parts and "first_feedback" in each.path else ""
            again = "every" if each.path.endswith(".every") else "within"
            yield _info(each.line, "sla-found", f"{name} {again} {each.value}{must}")
    answered = any(each.path.startswith(("sla.first_feedback", "sla.acknowledgement")) for each in reading.found)
    if reading.page.units and not answered:
        yield _warning(1, "sla-missing", "nothing says when somebody answers: promise a number of business days")


_TO_REPORTERS: Final = re.compile(r"^If you know of a publicly|\bplease (?:\w+ )?immediately contact\b", re.I)
_EITHER_WAY: Final = re.compile(r"\b(?:report|contact|tell|notify|inform) us\b", re.I)


def _vague(reading: Reading) -> Iterator[Finding]:
    limits = {each.unit: each for each in reading.of("disclosure.said")}
    numbered = {
        (each.unit, each.path) for each in reading.found if each.path in _NUMBERED or each.path == "disclosure.max"
    }
    for index, unit in enumerate(reading.page.units):
        if unit.shape in (Shape.HEADING, Shape.CODE) or _TO_REPORTERS.search(unit.text):
            continue
        for vague in VAGUE.finditer(unit.text):
            topic = topic_at(unit.text, vague.start(), vague.end())
            said_in_numbers = any((index, f"{topic}{leaf}") in numbered for leaf in ("", ".within", ".every"))
            if said_in_numbers or _EITHER_WAY.search(unit.text):
                continue
            line, words = unit.line_at(vague.start()), vague[0].strip()
            if index in limits and limits[index].value in words:
                yield _warning(line, "embargo-unquantified", f'"{words}" is the longest wait: choose a number of days')
            else:
                yield _warning(line, "sla-unquantified", f'"{words}" cannot be measured: choose a number')


def _versions(reading: Reading) -> Iterator[Finding]:
    see, named = reading.of("versions.see"), (*reading.of("versions.line"), *reading.of("versions.supported"))
    overlap = reading.of("versions.overlap")
    for each in (*named[:1], *overlap):
        yield _info(each.line, "supported-versions-found", _versions_words(each, named))
    if named or not reading.page.units:
        return
    if see:
        message = f"points to {shorten(see[0].value, 72, placeholder=' ...')}: without a table operators cannot tell"
        yield _warning(see[0].line, "supported-versions-by-reference", message)
        return
    promised = reading.of("fix.backport")
    line = next((unit.first for unit in _text(reading)), 1)
    but = f', but L{promised[0].last} promises backports "{promised[0].value.replace("-", " ")}"' if promised else ""
    yield _warning(line, "supported-versions-missing", f"no section says which versions get fixes{but}")


def _versions_words(each: Found, named: tuple[Found, ...]) -> str:
    if each.path == "versions.overlap":
        return f"an older line is supported for {each.value}"
    if each.path == "versions.supported":
        count = f" {each.value['count']}" if "count" in each.value else ""
        return f"supported: {each.value['rule'].replace('-', ' ')}{count}"
    fixed = [
        line.value["name"]
        for line in named
        if line.path == "versions.line" and line.value.get("support") != "end-of-life"
    ]
    return f"supported: {', '.join(fixed)}"


def _disclosure(reading: Reading) -> Iterator[Finding]:
    limits = [each for path in ("disclosure.max", "disclosure.min") for each in reading.of(path)]
    said = reading.of("disclosure.said")
    final = reading.of("disclosure.final_say")
    if limits or said:
        start = min((*limits, *said), key=lambda each: each.line)
        words = [
            str(each.value)
            for each in (*reading.of("disclosure.min")[:1], *said[:1], *reading.of("disclosure.max")[:1])
        ]
        team = f"; the {final[0].value.replace('-', ' ')} holds the final say (L{final[0].line})" if final else ""
        line = reading.page.units[start.unit].first
        yield _info(line, "embargo-found", f"disclosure: {' ... '.join(words)}{team}")
    elif reading.page.units:
        negotiated = reading.of("disclosure.negotiated")
        line = negotiated[0].line if negotiated else 1
        what = "the date is agreed, but no maximum is named" if negotiated else "no embargo rule or maximum"
        yield _warning(line, "disclosure-deadline-missing", f"{what}: name one, for example 90 days")


def _aged(reading: Reading) -> Iterator[Finding]:
    for unit in _text(reading):
        for link in unit.links:
            if re.search(r"cvss/(?:calculator/|v?)[23]\.0", link.url, re.I):
                yield _info(link.line, "cvss-superseded", "links the CVSS 3.0 calculator; 3.1 and 4.0 exist")
            for regex, message in _MOVED:
                if regex.match(link.url):
                    yield _info(link.line, "link-moved", message)
            if link.url.startswith("http://"):
                yield _info(link.line, "link-insecure", f"{link.url[:80]}: use https, or say why not")
        for found in _CVSS.finditer(unit.text):
            yield _info(unit.line_at(found.start()), "cvss-superseded", f"{found[0]} has successors: 3.1 and 4.0")
        for found in _TERMS.finditer(unit.text):
            message = f'"{found[0]}": the field says "coordinated vulnerability disclosure"'
            yield _info(unit.line_at(found.start()), "term-superseded", message)
        for found in re.finditer(r"\bTwitter\b", unit.text):
            yield _info(
                unit.line_at(found.start()), "channel-renamed", "Twitter is called X since 2023; is it still used?"
            )


def _punctuation(reading: Reading) -> Iterator[Finding]:
    code = {
        line
        for unit in reading.page.units
        if unit.shape is Shape.CODE
        for line in range(unit.first, unit.first + unit.raw.count("\n") + 1)
    }
    for number, line in enumerate(reading.decoded.text.split("\n"), 1):
        if _STRAY.match(line) and number not in code:
            yield _info(number, "stray-punctuation", f'the line starts with "{line.strip()[:12]}"')


def _missing(reading: Reading) -> Iterator[Finding]:
    if not reading.page.units:
        return
    if not reading.of("safe_harbour.text"):
        message = "nothing says that good-faith research is safe from legal action"
        yield _warning(1, "safe-harbour-missing", message)
    headings = [unit.text for unit in reading.page.units if unit.shape is Shape.HEADING]
    if not any(_SCOPE.search(text) for text in (*headings, *(unit.text for unit in _text(reading)))):
        yield _warning(1, "scope-missing", "nothing says which parts, versions or kinds of problem are in scope")
    if not reading.of("intake.private_only") and reading.of("intake.channel"):
        private = [each for each in reading.of("intake.channel") if each.value["kind"] == "github-pvr"]
        if not private:
            yield _warning(
                1, "private-reporting-missing", "nothing asks for private reports: say not to use public issues"
            )


def _contradictions(reading: Reading) -> Iterator[Finding]:
    for path, name in (*_NUMBERED.items(), ("disclosure.max", "disclosure")):
        listed = reading.of(path)
        for each in listed[1:]:
            if each.value != listed[0].value and not _graded(reading, each):
                message = f"{name}: {each.value} here, {listed[0].value} on L{listed[0].line}"
                yield _error(each.line, "contradiction", message)
    if private := reading.of("intake.private_only"):
        for unit in _text(reading):
            clash = _PUBLIC_TRACKER.search(unit.text)
            if clash and not re.search(r"\b(?:not|never|don't|privat\w+|confidential\w*)\b", unit.text, re.I):
                message = f"reports go to a public tracker here, and must be private on L{private[0].line}"
                yield _error(unit.line_at(clash.start()), "contradiction", message)


_GRADE: Final = re.compile(r"\b(?:critical|high|medium|moderate|low|severity)\b", re.I)


def _graded(reading: Reading, found: Found) -> bool:
    """Say whether a number is one of several that depend on severity."""
    return bool(_GRADE.search(reading.page.units[found.unit].text))


_CHECKS: Final[tuple[Check, ...]] = (
    _bytes,
    _channels,
    _encryption,
    _promises,
    _vague,
    _versions,
    _disclosure,
    _aged,
    _punctuation,
    _missing,
    _contradictions,
)
