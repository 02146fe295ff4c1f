# SPDX-License-Identifier: Apache-2.0
"""Sentences that mean one thing: a table of phrases and the value each stands for.

The wording is that of the two source policies and of their relatives in other projects. A value may be computed from
what the phrase caught (`caught`). Phrases are written and matched in lower case, which is several times faster than
ignoring case. Matters that need more than a phrase are in `channels`, `content`, `promises` and
`releases`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from tocsin.core.policy.prose import caught
from tocsin.core.policy.prose.found import Found, Page, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.prose.markdown import Unit

_PATCHED: Final = r"\b(?:patch|patched|fix|fixed)\b.{0,60}\b(?:in|on|with) the next "
_NOT_PUBLIC: Final = (
    r"\b(?:do not|don't|never|instead of)\b.{0,40}"
    r"\b(?:open|opening|file|filing|create|creating|submit|use|report|disclose|post|discuss)\b.{0,60}"
    r"\b(?:public|issue|issues|tracker|publicly)\b"
)
_PUBLICLY_KNOWN: Final = r"\bpublicly (?:disclosed|known)\b.{0,160}\bimmediately\b.{0,30}\bcontact"

_SET: Final[tuple[tuple[str, Any, str], ...]] = (
    # Who promises.
    ("project.adopted_by", caught.words, r"^(.{1,80}?) has adopted this security disclosure and response policy"),
    ("project.team", caught.words, r"^(.{1,80}?) will respond to vulnerability reports as follows"),
    ("project.called", caught.words, r"should be reported to (.{1,80}?) privately"),
    # How reports come in.
    ("intake.private_only", True, r"reported to .{1,80} privately"),
    ("intake.private_only", True, r"^(?!this allows).*?\breport\b.{0,60}\b(?:privately|confidentially|in private)\b"),
    ("intake.private_only", True, _NOT_PUBLIC),
    ("intake.private_only", True, r"keeps? the report private|\band not in public\b"),
    ("intake.already_public.route", "urgent", _PUBLICLY_KNOWN),
    ("intake.already_public.notify", "all", _PUBLICLY_KNOWN),
    ("intake.not_security.redirect", caught.redirect, r"\buse github issues\b|\buse .{0,40}issues\b.{0,20}instead\b"),
    ("intake.handled_by", caught.handlers, r"\bfielded by (.{1,160})"),
    (
        "sla.first_feedback.must_contain",
        caught.listed({"investigation-plan": "plan to investigate", "workarounds": "workarounds"}),
        r"\bincluding (.{0,60}\b(?:plan to investigate|workarounds)\b.{0,120})",
    ),
    # How a report is judged.
    ("assess.outcomes", caught.OUTCOMES, r"\bkept entirely internal\b"),
    ("assess.investigation", caught.listed(caught.PARTS), r"\bthe vulnerability and determine its (.{1,120})"),
    ("assess.reject.reason", "required", r"\bdetailed reason for rejection\b"),
    ("assess.silence.propose_after", caught.time, r"\bstays unanswered for (.{1,40}), closing the report is proposed"),
    ("assess.urgent", True, r"\bseriously\b.{0,60}\burgent and expeditious\b"),
    (
        "assess.priority.highest",
        caught.listed(caught.IMPACTS),
        r"\bcompromise of (.{1,160}) to be our highest prior",
    ),
    ("assess.priority.serious", caught.listed(caught.IMPACTS), r"^(.{1,160}) is also a serious security concern"),
    ("assess.posture.secure_by_default", False, r"\bdo not (?:currently )?consider the default .{1,160}secure-by-def"),
    ("assess.posture.secure_by_default", True, r"\bwe do consider the default .{1,160}secure-by-default"),
    ("assess.posture.required_configuration", caught.words, r"\bit is necessary for operators to (.{1,400})\.$"),
    ("assess.posture.hardening", True, r"\bimproved safe-by-default configuration\b"),
    # How it is scored and numbered.
    ("severity.decided_by", caught.group, r"^(.{1,80}?) makes? the final call on the calculated cvss"),
    ("severity.recorded_in", "security-advisory", r"\bcreate a security advisory using\b"),
    ("severity.scheme", "words", r"\b(?:don't|do not) set cvss\b"),
    ("cve.route", "mitre", r"\bmay also be reported to mitre\b"),
    ("cve.required", False, r"\bmay also be reported to mitre\b"),
    ("cve.route", "github", r"\bcve identifiers are requested through github\b"),
    ("cve.route", "another-cna", r"\bcve identifiers are requested from\b"),
    ("cve.cna", caught.words, r"\bcve identifiers are requested from (.{1,200})\.$"),
    ("cve.route", "own-cna", r"\bassign cve identifiers ourselves\b"),
    ("cve.route", "none", r"\bdo not request cve identifiers\b"),
    ("cve.required", True, r"\bevery advisory carries a cve identifier\b"),
    ("cve.initial_state", "private", r"\bcve will initially be set to private\b"),
    # How it is fixed.
    ("fix.release", "next-patch-or-minor", _PATCHED + r"patch (?:\(or minor\)|or minor) release"),
    ("fix.release", "next-patch", _PATCHED + r"patch release"),
    ("fix.release", "next-release", _PATCHED + r"release\b"),
    ("fix.backport", "all-supported", r"\bbackport.{0,60}\ball (?:earlier |older )?supported\b"),
    ("fix.backport", "as-necessary", r"\bbackport.{0,80}\bas (?:necessary|needed|appropriate)\b"),
    ("fix.backport", "none", r"\b(?:not|without|no) backport"),
    ("fix.gates", ["internal-test"], r"\bperform internal testing\b"),
    ("fix.confirmed_by", "other-than-author", r"\bconfirmed by (?:somebody|someone) other than its author\b"),
    # When it becomes public.
    ("disclosure.draft_visibility", "private", r"\bdraft advisory will initially be set to private\b"),
    (
        "disclosure.plan_after",
        "timeline-determined",
        r"\bfor a fix is determined\b.{0,80}\bplan to communicate",
    ),
    (
        "disclosure.mitigations",
        "required-or-explicit-none",
        r"\bpublish any mitigating steps\b|\bincluding identifying mitigating steps\b",
    ),
    ("disclosure.negotiated", True, r"\bdisclosure (?:date|timeline) is negotiated\b"),
    ("disclosure.negotiated", True, r"\bagree (?:on )?a disclosure (?:date|timeline) with you\b"),
    ("disclosure.with", ["reporter"], r"\bnegotiated (?:by|with|between)\b.{1,120}\b(?:submitter|reporter)\b"),
    ("disclosure.with", ["reporter"], r"\bdisclosure (?:date|timeline) with you\b"),
    (
        "disclosure.prefer",
        "as-soon-as-mitigation-or-patch",
        r"\bdisclose\b.{0,60}\bas soon as possible once a user mitigation or patch is available",
    ),
    ("disclosure.hold_reasons", caught.reasons, r"\breasonable to delay disclosure\b"),
    ("disclosure.min", "immediate", r"\btimeframe for disclosure is from immediate\b"),
    ("disclosure.public_already", "immediate", r"\bespecially if it's already publicly known\b"),
    ("disclosure.final_say", caught.group, r"^(.{1,80}?) holds? the final say\b"),
    ("disclosure.weekdays", caught.weekdays, r"\badvisories are published on ([a-z, ]{3,80})"),
    ("disclosure.hour_utc", caught.number, r"\badvisories are published on .{1,80} at (\d\d):00 utc"),
    ("publish.after_release", True, r"\bupon release of the patched version\b"),
    ("publish.educate", True, r"\bassist in educating\b"),
    ("distributors.own_advisories", True, r"\bdistributors will handle creating and publishing their own\b"),
    ("distributors.notice", caught.time, r"\baccept our terms are told (.{1,40}?) before publication"),
    ("distributors.max", caught.time, r"\baccept our terms are told .{1,60}, and never more than (.{1,40})"),
    # What is kept, and who is thanked.
    ("retention.rejected", caught.time, r"\breports of rejected cases are erased (.{1,40}?) after closing"),
    ("retention.published", caught.time, r"\breports of published cases are erased (.{1,40}?) after closing"),
    ("credit.given", True, r"\bcredit (?:the )?(?:reporter|finder|researcher)s?\b|\bwill be credited\b"),
)
_ADD: Final[tuple[tuple[str, Any, str], ...]] = (
    ("assess.not_accepted", {"id": "unsafe-defaults"}, r"\bnot act on\b.{1,80}\black of safe defaults\b"),
    ("publish.channel", caught.advisory, r"\bpublish(?:es)?\b.{0,40}\badvisor(?:y|ies)\b.{0,80}\bvia github\b"),
    ("publish.channel", caught.advisory, r"\bpublish\b.{0,60}\busing github security advisories\b"),
    ("publish.channel", caught.announcements, r"\badditional communication via (.{1,200}?) will\b"),
)
"""Phrases that add to a list; those above set a value once."""

_CALCULATOR: Final = re.compile(r"cvss/(?:calculator/|v?)(?P<version>3\.0|3\.1|4\.0|4-0)", re.I)

_Row = tuple[str, Any, re.Pattern[str], Literal["set", "add"]]
_COMPILED: Final[tuple[_Row, ...]] = (
    *((path, value, re.compile(regex), "set") for path, value, regex in _SET),
    *((path, value, re.compile(regex), "add") for path, value, regex in _ADD),
)


def phrases(index: int, unit: Unit, page: Page) -> Iterator[Found]:
    """Yield what the phrases of a sentence stand for."""
    text = unit.lowered
    for path, value, regex, mode in _COMPILED:
        if match := regex.search(text):
            made = value(match, unit, page) if callable(value) else value
            for each in made if mode == "add" and isinstance(made, list) else [made]:
                if each is not None and each != []:
                    yield found(index, unit, path, each, mode)
    yield from _calculators(index, unit)


def _calculators(index: int, unit: Unit) -> Iterator[Found]:
    """Yield the CVSS version whose calculator a sentence links, on the line of the link."""
    for link in unit.links:
        if calculator := _CALCULATOR.search(link.url):
            yield Found(
                path="severity.authoritative",
                value=calculator["version"].replace("-", "."),
                unit=index,
                line=link.line,
                last=link.line,
                words=unit.text[:400],
            )
