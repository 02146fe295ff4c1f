# SPDX-License-Identifier: Apache-2.0
"""What cannot hold together in a policy, although each value by itself is well formed.

One small function per matter; each yields (path, code, message, remedy). All are asked, so that a person sees every
contradiction at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core import limits, versions
from tocsin.core.policy.groups import ROLES
from tocsin.core.policy.model import ChannelKind, Policy, PublishKind
from tocsin.core.policy.problem import Problem
from tocsin.core.policy.toml_lines import nearest_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Found = Iterator[tuple[str, str, str, str]]

_SCHEMES: Final = frozenset(each.name for each in versions.SCHEMES)


def incoherent(policy: Policy, lines: dict[str, int], *, stood: bool = False) -> list[Problem]:
    """List every contradiction of a policy with the line of the value that should move. What is asked only since some
    policies are in force is not asked of one that `stood` before: its cases still have to open."""
    return [
        Problem(line=nearest_line(lines, path), path=path, code=code, message=message, remedy=remedy)
        for check in (_CHECKS if stood else (*_CHECKS, *_SINCE))
        for path, code, message, remedy in check(policy)
    ]


def _disclosure_limits(policy: Policy) -> Found:
    terms = policy.disclosure
    if not terms:
        return
    if terms.min and terms.max and terms.max.roughly < terms.min.roughly:
        yield "disclosure.max", "max-below-min", f"max {terms.max} is below min {terms.min}", "raise max or lower min"
    if terms.rsvp and terms.max and terms.rsvp.roughly >= terms.max.roughly:
        remedy = "give less time to answer than to wait"
        yield "disclosure.rsvp", "rsvp-after-embargo", f"answers within {terms.rsvp} come after max {terms.max}", remedy
    if terms.hour_utc is not None and terms.hour_utc > 23:
        yield "disclosure.hour_utc", "out-of-range", "hour_utc must lie between 0 and 23", "write 15 for 15:00 UTC"
    if terms.negotiated and not terms.with_:
        remedy = 'with = ["reporter"]'
        yield "disclosure.negotiated", "gate-unsatisfiable", "a negotiated date needs somebody to agree", remedy


def _scheme(policy: Policy) -> Found:
    if policy.versions and policy.versions.scheme not in _SCHEMES:
        remedy = "write 'semver', or another that “tocsin versions schemes” lists"
        yield "versions.scheme", "unknown-scheme", f"no version scheme is called {policy.versions.scheme!r}", remedy


def _outside_limits(policy: Policy) -> Found:
    for name in policy.limits.apply if policy.limits else ():
        if name not in limits.NAMES:
            remedy = f"name one of {', '.join(limits.NAMES)}"
            yield "limits.apply", "unknown-limit", f"nobody knows a limit called {name!r}", remedy


def _deciders(policy: Policy) -> Found:
    handlers = policy.intake.handled_by if policy.intake else ()
    named = [
        ("disclosure.final_say", policy.disclosure and policy.disclosure.final_say),
        ("severity.decided_by", policy.severity and policy.severity.decided_by),
        *(("intake.handled_by", group) for group in handlers),
    ]
    for path, group in named:
        if group and group not in ROLES:
            remedy = f"name one of {', '.join(sorted(ROLES))}"
            yield path, "gate-unsatisfiable", f"nobody's role makes them {group.value!r}", remedy


def _channels(policy: Policy) -> Found:
    channels = policy.intake.channel if policy.intake else ()
    for index, channel in enumerate(channels):
        path = f"intake.channel.{index}"
        if channel.kind is ChannelKind.EMAIL and "@" not in channel.address:
            remedy = "address = '...@...'"
            yield f"{path}.address", "channel-without-address", "an e-mail channel needs an address", remedy
        if channel.encryption == "required" and not channel.key:
            remedy = "key = 'https://...'"
            yield f"{path}.key", "gate-unsatisfiable", "encryption is required but no key is named", remedy
    if channels and all(channel.may_be_absent for channel in channels):
        remedy = "add a channel without may_be_absent"
        yield "intake.channel", "no-certain-channel", "every channel may be absent", remedy


def _fields(policy: Policy) -> Found:
    seen: set[str] = set()
    for index, field in enumerate(policy.intake.field if policy.intake else ()):
        if field.id in seen:
            yield f"intake.field.{index}.id", "duplicate-field", f"field {field.id!r} is asked twice", "rename one"
        seen.add(field.id)


def _promises(policy: Policy) -> Found:
    sla = policy.sla
    if not sla:
        return
    spans = {"acknowledgement": sla.acknowledgement, "first_feedback": sla.first_feedback, "reply": sla.reply}
    spans |= {"conversation": sla.conversation, "assessment": sla.assessment, "fix": sla.fix}
    for name, span in spans.items():
        if span and span.within is None and not span.said:
            yield f"sla.{name}", "promise-without-time", f"sla.{name} has neither within nor said", "within = '3 days'"
    if sla.updates and sla.updates.every is None and not sla.updates.said:
        yield "sla.updates", "promise-without-time", "sla.updates has neither every nor said", "every = '7 days'"
    if sla.calendar:
        for index, closure in enumerate(sla.calendar.closures):
            if closure.last < closure.first:
                path = f"sla.calendar.closures.{index}"
                yield path, "closure-backwards", f"closure ends {closure.last} before {closure.first}", "swap the days"


def _ladder(policy: Policy) -> Found:
    steps = policy.sla.escalation.steps if policy.sla and policy.sla.escalation else ()
    for index in range(1, len(steps)):
        if steps[index].at < steps[index - 1].at:
            path = f"sla.escalation.steps.{index}"
            yield path, "ladder-backwards", f"{steps[index].at}% comes before {steps[index - 1].at}%", "order the steps"


def _fix(policy: Policy) -> Found:
    if policy.cve and policy.cve.required and policy.cve.route == "none":
        yield "cve.required", "gate-unsatisfiable", "a CVE id is required but route is 'none'", "choose a route"
    if policy.fix and policy.fix.skip_requires and policy.fix.backport == "all-supported":
        remedy = "backport = 'as-necessary', or remove skip_requires"
        yield "fix.skip_requires", "gate-unsatisfiable", "no line may be skipped when all are promised", remedy
    outcomes = policy.assess.outcomes if policy.assess and policy.assess.not_accepted else ()
    if outcomes and "rejected" not in outcomes:
        remedy = "add 'rejected' to outcomes"
        yield "assess.outcomes", "gate-unsatisfiable", "reports are not accepted but cannot be rejected", remedy


def _publication(policy: Policy) -> Found:
    addressed = {PublishKind.MAILING_LIST, PublishKind.WEBHOOK}
    for index, channel in enumerate(policy.publish.channel if policy.publish else ()):
        if channel.kind in addressed and not channel.to and channel.required:
            path = f"publish.channel.{index}.to"
            yield path, "channel-without-address", f"{channel.kind.value} needs to = '...'", "say where it goes"
    terms, limit = policy.distributors, policy.disclosure.max if policy.disclosure else None
    if not terms:
        return
    if terms.notice and terms.max and terms.max.roughly < terms.notice.roughly:
        yield "distributors.max", "max-below-min", f"max {terms.max} is below notice {terms.notice}", "raise max"
    if terms.notice and limit and limit.roughly < terms.notice.roughly:
        remedy = "shorten the notice or raise disclosure.max"
        yield "distributors.notice", "notice-after-embargo", f"notice {terms.notice} exceeds max {limit}", remedy


_CHECKS: Final[tuple[Callable[[Policy], Found], ...]] = (
    _channels, _fields, _promises, _ladder, _deciders, _fix, _disclosure_limits, _outside_limits, _publication,
)  # fmt: skip
_SINCE: Final[tuple[Callable[[Policy], Found], ...]] = (_scheme,)
