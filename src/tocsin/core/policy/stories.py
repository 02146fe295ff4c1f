# SPDX-License-Identifier: Apache-2.0
"""Stories: what a policy should do, told in TOML with real dates, and run on a virtual clock.

A story has a `claim` in one sentence, a `policy` (the name of one that exists, or a table with the terms in question;
without it the project's own), `given` facts, and moments: `[[when]]` with an instant, what has happened since
(`facts`), perhaps a `move`, and what holds `then`. The stories of the clauses are written the same way
(tests/data/clauses), so a project can start from them; `tocsin policy test` runs a directory of them.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tocsin.core.clock import show
from tocsin.core.policy import clauses
from tocsin.core.policy.clause import State
from tocsin.core.policy.convert import FAILED, Converter
from tocsin.core.policy.facts import Known, Move, MoveName
from tocsin.core.policy.load import from_tables, load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid, Problem
from tocsin.core.policy.toml_lines import key_lines
from tocsin.core.vocabulary import Actor, ActorKind, RejectionClass, Role, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROJECT: Final = {"id": "example", "name": "Example", "prefix": "EX", "called": "this project"}


class Wish(Value):
    """The move somebody tries to make; `by` is their id, `roles` are theirs in the project."""

    name: MoveName
    by: str = "dana"
    kind: ActorKind = ActorKind.PERSON
    roles: tuple[Role, ...] = (Role.MAINTAINER,)
    text: str = ""
    plan: str = ""
    workarounds: str = ""
    automatic: bool = False
    rejection: RejectionClass | None = None
    reason_class: str = ""
    ends_at: datetime | None = None
    assignee_roles: tuple[Role, ...] = ()
    to_nobody: bool = False
    vector: str = ""
    authoritative: bool = True
    cve_state: str = ""
    approved_by: tuple[str, ...] = ()


class Then(Value):
    """What must hold. Lists name what must be there; `told`, `refused` and `allowed` are exact."""

    due: dict[str, datetime] = msgspec.field(default_factory=dict)
    state: dict[str, State] = msgspec.field(default_factory=dict)
    none_due: tuple[str, ...] = ()
    told: tuple[str, ...] | None = None
    explains: tuple[str, ...] = ()
    refused: str = ""
    allowed: bool = False
    because: str = ""
    cite: str = ""
    missing: tuple[str, ...] = ()
    cautions: tuple[str, ...] | None = None
    open: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()
    reactions: tuple[str, ...] | None = None
    proposes: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    silent_about: tuple[str, ...] = ()
    priority: int | None = None


class Moment(Value, kw_only=True):
    """An instant of the virtual clock."""

    at: datetime
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
    move: Wish | None = None
    then: Then


class Story(Value):
    """One story. `invalid` lists the problems for which its policy must be refused."""

    claim: str
    rows: tuple[str, ...] = ()
    policy: Any = None
    invalid: tuple[str, ...] = ()
    given: dict[str, Any] = msgspec.field(default_factory=dict)
    when: tuple[Moment, ...] = ()


def read(text: str) -> Story | Invalid:
    """Read a story; every problem of its form is told at once, with its line."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        return Invalid(problems=(Problem(line=1, path="", code="not-toml", message=str(wrong)),))
    converter = Converter(key_lines(text))
    story = converter.struct(Story, raw, "")
    for path, facts in _facts_of(raw):
        converter.struct(Known, {"received_at": "2026-01-01T00:00Z"} | facts, path)
    if converter.problems:
        return Invalid(problems=tuple(converter.problems))
    return story  # type: ignore[no-any-return]


def run(
    story: Story, own: Policy | None = None, named: Callable[[str], str | None] = lambda _: None
) -> tuple[str, ...]:
    """Run a story and list what did not hold; nothing means that it did. `own` is the policy of the project."""
    policy = _policy(story, own, named)
    if isinstance(policy, Invalid):
        codes = tuple(problem.code for problem in policy.problems)
        unexpected = [str(problem) for problem in policy.problems if problem.code not in story.invalid]
        return (*unexpected, *(f"the policy is not refused for {code}" for code in story.invalid if code not in codes))
    if story.invalid:
        return (f"the policy is accepted, but should be refused for {', '.join(story.invalid)}",)
    failures: list[str] = []
    for moment, facts in zip(story.when, _states(story), strict=True):
        failures.extend(f"{show(moment.at)}: {failure}" for failure in _moment(policy, facts, moment))
    return tuple(failures)


def _policy(story: Story, own: Policy | None, named: Callable[[str], str | None]) -> Policy | Invalid:
    if isinstance(story.policy, str):
        return load(named(story.policy) or "", named)
    if isinstance(story.policy, dict):
        return from_tables({"project": _PROJECT, "choice": True, **story.policy}, named)
    if own:
        return own
    return Invalid(problems=(Problem(line=1, path="policy", code="no-policy", message="the story names no policy"),))


def _facts_of(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the tables of facts in a raw story, each with its path; of other shapes the types have complained."""
    if isinstance(given := raw.get("given"), dict):
        yield "given", given
    moments = raw.get("when")
    for index, moment in enumerate(moments if isinstance(moments, list) else ()):
        if isinstance(moment, dict) and isinstance(facts := moment.get("facts"), dict):
            yield f"when.{index}.facts", facts


def _states(story: Story) -> Iterator[Known]:
    """Yield the facts at each moment: what was given, and what has happened since."""
    raw = {"received_at": story.when[0].at.isoformat() if story.when else "2026-01-01T00:00Z", **story.given}
    for moment in story.when:
        raw = {**raw, **moment.facts}
        facts = Converter({}).struct(Known, raw, "")
        if facts is FAILED:
            raise ValueError("facts that `read` accepted must convert")
        yield facts


def _moment(policy: Policy, facts: Known, moment: Moment) -> Iterator[str]:
    yield from _promises(policy, facts, moment)
    yield from _words(policy, facts, moment.then)
    if moment.move:
        yield from _move(policy, facts, moment, _wished(moment.move))
    if moment.then.proposes is not None:
        proposed = tuple(reaction.name for reaction in clauses.proposals(policy, facts, moment.at))
        yield from _same("proposes", moment.then.proposes, proposed)


def _promises(policy: Policy, facts: Known, moment: Moment) -> Iterator[str]:
    then = moment.then
    found = {promise.name: promise for promise in clauses.promises(policy, facts)}
    for name in sorted((then.due.keys() | then.state.keys()) - found.keys()):
        yield f"nothing is promised under the name {name}"
    for name in set(then.none_due) & found.keys():
        yield f"{name} is promised, but should not be"
    for name, due_at in then.due.items():
        if name in found and found[name].due_at != due_at:
            yield f"{name} is due {show(found[name].due_at)}, not {show(due_at)}"
    for name, state in then.state.items():
        if name in found and (actual := found[name].state(moment.at)) is not state:
            yield f"{name} is {actual}, not {state}"
    if then.told is not None:
        open_ones = [promise for promise in found.values() if not promise.kept_at]
        told = tuple(alert.told for promise in open_ones for alert in promise.warnings if alert.at <= moment.at)
        yield from _same("told", then.told, told)
    explained = " ".join(line for promise in found.values() for line in promise.explain)
    yield from (f"no explanation says {words!r}: {explained}" for words in then.explains if words not in explained)


def _words(policy: Policy, facts: Known, then: Then) -> Iterator[str]:
    said = " ".join(sentence.text for sentence in clauses.sentences(policy))
    yield from (f"the document does not say {words!r}" for words in then.says if words not in said)
    yield from (f"the document says {words!r}" for words in then.silent_about if words in said)
    if then.priority is not None and (rank := clauses.priority_class(policy, facts)) != then.priority:
        yield f"the priority is {rank}, not {then.priority}"


def _wished(wish: Wish) -> Move:
    actor = Actor(kind=wish.kind, id=wish.by, name=wish.by, roles=frozenset(wish.roles))
    same = {field.name for field in msgspec.structs.fields(Move)} - {"name", "actor", "assignee_roles"}
    return Move(
        name=wish.name,
        actor=actor,
        assignee_roles=frozenset(wish.assignee_roles),
        **{name: getattr(wish, name) for name in same},
    )


def _move(policy: Policy, facts: Known, moment: Moment, move: Move) -> Iterator[str]:
    then = moment.then
    refused = clauses.guard(policy, facts, move, moment.at)
    code = refused.code if refused else ""
    if (then.refused or then.allowed) and code != then.refused:
        yield f"refused with {code}: {refused.because}" if refused else f"allowed, not refused with {then.refused}"
    if refused:
        words = " ".join((refused.because, *refused.missing))
        yield from (f"{word!r} is not named as missing: {words}" for word in then.missing if word not in words)
        if then.because not in refused.because:
            yield f"the reason is {refused.because!r}"
        if then.cite and refused.cite != then.cite:
            yield f"it cites {refused.cite or 'nothing'}, not {then.cite}"
    if then.cautions is not None:
        found = clauses.warnings(policy, facts, move, moment.at)
        yield from _same("cautions", then.cautions, tuple(caution.code for caution in found))
    gates = {gate.name: gate.satisfied for gate in clauses.required_before(policy, facts, move.name)}
    yield from (f"gate {name} is not open" for name in then.open if not gates.get(name))
    yield from (f"gate {name} is not shut" for name in then.shut if gates.get(name) is not False)
    if then.reactions is not None:
        names = tuple(reaction.name for reaction in clauses.reactions(policy, facts, move))
        yield from _same("reactions", then.reactions, names)


def _same(what: str, wanted: tuple[str, ...], found: tuple[str, ...]) -> Iterator[str]:
    if sorted(wanted) != sorted(found):
        yield f"{what}: {', '.join(found) or 'nothing'}, not {', '.join(wanted) or 'nothing'}"
