# SPDX-License-Identifier: Apache-2.0
"""The answer to one question: affected, not affected, unsupported or unknown, why, and what to do.

Affected wins over everything: a version that one advisory hits is affected, whatever others say. Then what is not known
wins over what is: unsupported (nobody looked) and unknown (being looked at, or unreadable) over not affected. Silence
about a product is never `not affected`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from tocsin.core.affected.asked import Asked
from tocsin.core.affected.cuts import PARSERS
from tocsin.core.affected.index import Index, Package, Said
from tocsin.core.affected.statements import Record, Statement
from tocsin.core.vocabulary import Affectedness, Value


class Word(StrEnum):
    """The four answers there are."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


class Finding(Value):
    """What one advisory says of the version. `fix` is the first version of the same line that mends it."""

    advisory: str
    word: Word
    why: str
    fix: str = ""
    line: str = ""
    title: str = ""
    aliases: tuple[str, ...] = ()
    severity: str = ""
    page: str = ""
    mitigation: str = ""
    no_mitigation_known: bool = False
    required_configuration: str = ""


class Answer(Value, gc=False):
    """The answer to a question. `update_to` is a version that none of these advisories hits any more, "" where there is
    none; `advisories` counts those that speak of the product at all."""

    asked: str
    product: str
    version: str
    word: Word
    why: str
    findings: tuple[Finding, ...] = ()
    update_to: str = ""
    advisories: int = 0

    @property
    def affected(self) -> tuple[Finding, ...]:
        """The findings that call the version affected."""
        return tuple(each for each in self.findings if each.word is Word.AFFECTED)


FIXABLE: Final = 10
MITIGATION_ONLY: Final = 11
NOT_KNOWN: Final = 12

_STATES: Final = {
    Affectedness.AFFECTED: Word.AFFECTED,
    Affectedness.FIXED: Word.AFFECTED,
    Affectedness.UNSUPPORTED: Word.UNSUPPORTED,
    Affectedness.REVIEW: Word.UNKNOWN,
    Affectedness.NOT_AFFECTED: Word.NOT_AFFECTED,
}
_RANK: Final = {Word.AFFECTED: 0, Word.UNKNOWN: 1, Word.UNSUPPORTED: 2, Word.NOT_AFFECTED: 3}
_QUIET: Final = Word.NOT_AFFECTED
"""Said of nearly everything that anybody asks about; a member of an enumeration takes longer to look up than a name."""
_STEPS: Final = 20
"""How often a fix may itself be hit by another advisory before the search for a clean version ends."""


def exit_code(answers: Iterable[Answer]) -> int:
    """0 where nothing is affected and all is known; 10 affected and fixable, 11 affected and some of it without a fix,
    12 unknown or unsupported (UX 2.5). The worst of several answers counts: 11, then 10, then 12."""
    found = list(answers)
    hit = [each for each in found if each.word is Word.AFFECTED]
    if any(not finding.fix for each in hit for finding in each.affected):
        return MITIGATION_ONLY
    if hit:
        return FIXABLE
    return NOT_KNOWN if any(each.word is not Word.NOT_AFFECTED for each in found) else 0


def answer(index: Index, asked: Asked) -> Answer:
    """Answer one question from what the index knows."""
    package = _known(index, asked)
    if package is None:
        why = f"no advisory here speaks of {asked.label}" if asked.version else "no version is given"
        return _answer(asked, Word.UNKNOWN, why)
    if not asked.upstream and package.quiet(asked.version):
        return _unhit(asked, package)
    version = _version(package, asked)
    if not version:
        why = f"“{asked.version}” is no version of {asked.label} that its advisories could be asked about"
        return _answer(asked, Word.UNKNOWN, why, advisories=package.count)
    said = list(package.said(version))
    found = _findings(index, package, version, said)
    if not found:
        return _unhit(asked, package)
    word = min((each.word for each in found), key=_RANK.__getitem__, default=Word.NOT_AFFECTED)
    shown = tuple(each for each in found if each.word is not Word.NOT_AFFECTED) or tuple(found)
    return _answer(
        asked,
        word,
        _why(word, shown, package.count),
        findings=shown,
        update_to=_clean(package, version, said, found) if word is Word.AFFECTED else "",
        advisories=package.count,
    )


def _unhit(asked: Asked, package: Package) -> Answer:
    count = package.count
    why = "outside the affected versions" if count == 1 else f"not hit by any of {count} advisories"
    return Answer(asked.text, asked.label, asked.version, _QUIET, why, (), "", count)


def _answer(asked: Asked, word: Word, why: str, **more: object) -> Answer:
    return Answer(asked=asked.text, product=asked.label, version=asked.version, word=word, why=why, **more)  # type: ignore[arg-type]


def _known(index: Index, asked: Asked) -> Package | None:
    for name in asked.names if asked.version else ():
        package = index.package(name)
        if package:
            return package
    return None


def _version(package: Package, asked: Asked) -> str:
    """The form of the version that the package's advisories are ordered by; a distribution's epoch and release mean
    something only where these speak of the distribution's own packages."""
    if not asked.upstream:
        return asked.version if package.schemes(asked.version) or package.lists(asked.version) else ""
    native = "debian" if asked.names[0][0] in ("Debian", "Ubuntu") else "rpm"
    tries = [asked.upstream, asked.version]
    if native in package.schemes(asked.version):
        tries.reverse()
    return next((each for each in tries if package.schemes(each) or package.lists(each)), "")


def _findings(index: Index, package: Package, version: str, said: Iterable[Said]) -> list[Finding]:
    """One finding an advisory, the worst that it says, in the order of weight."""
    worst: dict[str, Statement] = {}
    for each in said:
        standing = worst.get(each.advisory)
        if standing is None or _weight(each.statement) < _weight(standing):
            worst[each.advisory] = each.statement
    listed = package.lists(version)
    found = []
    for advisory in dict.fromkeys((*worst, *listed, *package.unreadable)):
        record = index.record(advisory)
        if record is not None:
            statement = worst.get(advisory)
            found.append(_finding(record, package, version, statement, advisory in listed))
    if len(found) > 1:
        found.sort(key=lambda each: (_RANK[each.word], _points(each), each.advisory))
    return found


def _weight(statement: Statement) -> int:
    return _RANK[_STATES[statement.state]]


def _points(each: Finding) -> float:
    number = each.severity.rpartition(" ")[2]
    return -float(number) if number else 0.0


def _finding(record: Record, package: Package, version: str, said: Statement | None, listed: bool) -> Finding:
    word = _STATES[said.state] if said else Word.NOT_AFFECTED
    if listed:
        word = Word.AFFECTED
    elif said is None and record.id in package.unreadable:
        word = Word.UNKNOWN
    fix = said.fixed if said and word is Word.AFFECTED else ""
    return Finding(
        advisory=record.id,
        word=word,
        why=_because(word, said, version, fix),
        fix=fix,
        line=said.line if said else "",
        title=record.title,
        aliases=record.aliases,
        severity=record.severity,
        page=record.page,
        mitigation=record.mitigation if word is Word.AFFECTED else "",
        no_mitigation_known=record.no_mitigation_known,
        required_configuration=record.required_configuration if word is Word.AFFECTED else "",
    )


def _because(word: Word, said: Statement | None, version: str, fix: str) -> str:
    line = f"line {said.line}" if said and said.line else "this version"
    if word is Word.AFFECTED:
        return f"{version} comes before {fix}, which mends it" if fix else (said.why if said and said.why else "no fix")
    if word is Word.UNSUPPORTED:
        return said.why if said and said.why else f"{line} is no longer supported and nobody looked"
    if word is Word.UNKNOWN:
        return f"{line} is still being looked at" if said else "its version ranges cannot be read"
    return said.why if said and said.why else "outside the affected versions"


def _why(word: Word, shown: tuple[Finding, ...], advisories: int) -> str:
    count = sum(each.word is word for each in shown)
    if word is Word.NOT_AFFECTED:
        if advisories == 1:
            return shown[0].why
        return f"not hit by any of {advisories} advisories"
    if word is Word.AFFECTED:
        return f"hit by {count} of {advisories} {'advisory' if advisories == 1 else 'advisories'}"
    return next(each.why for each in shown if each.word is word)


def _clean(package: Package, version: str, said: Sequence[Said], found: Iterable[Finding]) -> str:
    """The first version that mends everything: the newest of the fixes, and on from there while others hit that."""
    if any(not each.fix for each in found if each.word is Word.AFFECTED):
        return ""
    for _ in range(_STEPS):
        hits = [each.statement for each in said if _STATES[each.statement.state] is Word.AFFECTED]
        if not hits:
            return version
        if not all(each.fixed for each in hits):
            return ""
        if len(hits) == 1:
            version = hits[0].fixed
        else:
            version = max((PARSERS[each.scheme](each.fixed), each.fixed) for each in hits)[1]
        if package.quiet(version):
            return version
        said = list(package.said(version))
    return ""
