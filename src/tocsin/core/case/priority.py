# SPDX-License-Identifier: Apache-2.0
"""How soon a case wants a person, in the policy's words: a class with its reasons, and a key that lists sort by.

What the world does comes first (attacks, then an exploit or knowledge in public), the policy's class of impacts second,
the outcome of SSVC's supplier table third, the published likelihood of exploitation last. Nothing here decides, closes
or hides anything: it is an order that somebody may choose to read a list in, with every reason beside it.

Sources: CERT/CC SSVC, supplier table 1.0.0 (`core.severity.ssvc`); CISA catalogue of known exploited vulnerabilities;
FIRST EPSS, a probability of exploitation within thirty days.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tocsin.core.case.model import Case
from tocsin.core.policy.clauses import priority as clause
from tocsin.core.policy.model import Policy
from tocsin.core.severity import ssvc
from tocsin.core.vocabulary import Value

ATTACKED, KNOWN, QUIET = 0, 1, 2
"""What the world does: attacks were seen, it is public or an exploit is, nothing is known of either."""

WORDS: Final = ("attacked", "public", "highest", "serious", "other")
"""Every class a list can be parted into, the most urgent first."""

_URGENCY: Final = ("immediate", "out-of-cycle", "scheduled", "defer")
_RANKS: Final = {clause.HIGHEST: "highest", clause.SERIOUS: "serious", clause.OTHER: "other"}


class Signal(Value):
    """What published lists say of one CVE id: since when attacks are known, and how likely they are."""

    exploited_since: str = ""
    ransomware: bool = False
    epss: float | None = None
    percentile: float | None = None
    as_of: str = ""


class Key(Value, order=True):
    """What a list sorts by, smallest first: the world, the policy's class, SSVC, and the likelihood turned around."""

    world: int = QUIET
    rank: int = clause.HIGHEST
    ssvc: int = 0
    unlikely: float = 1.0

    @property
    def word(self) -> str:
        """The class, one of `WORDS`."""
        return WORDS[self.world] if self.world != QUIET else _RANKS[self.rank]


class Reason(Value):
    """Why a case stands where it stands, with the rule or the list that says so."""

    text: str
    source: str


class Priority(Value):
    """The class of a case, its reasons, and what SSVC says with the points that are still open."""

    key: Key
    reasons: tuple[Reason, ...]
    outcome: ssvc.Outcome

    @property
    def word(self) -> str:
        """The class."""
        return self.key.word


def priority(policy: Policy, case: Case, signal: Signal | None = None) -> Priority:
    """Say how soon a case wants somebody, under the policy it is pinned to."""
    told, terms = signal or Signal(), _terms(policy)
    outcome = _outcome(case, told)
    reasons = (*_world(case, told), _class(terms, case), _ssvc(outcome), *_likely(told))
    return Priority(key=_key(terms, case, told, outcome), reasons=reasons, outcome=outcome)


def key(policy: Policy, case: Case) -> Key:
    """What a list sorts a case by, without the reasons and before any list of signals is asked (`with_signal`)."""
    told = Signal()
    return _key(_terms(policy), case, told, _outcome(case, told))


@lru_cache(maxsize=128)
def _terms(policy: Policy) -> clause.Terms | None:
    """What a policy says of priority, read once: a list asks for every case."""
    return clause.read(policy)


def _outcome(case: Case, told: Signal) -> ssvc.Outcome:
    attacked = case.attacked or bool(told.exploited_since)
    return _supplier(ssvc.settled(case.vector, exploited=case.exploited, attacked=attacked), case.ssvc)


def _key(terms: clause.Terms | None, case: Case, told: Signal, outcome: ssvc.Outcome) -> Key:
    attacked = case.attacked or bool(told.exploited_since)
    return Key(
        world=ATTACKED if attacked else KNOWN if case.exploited or case.public else QUIET,
        rank=clause.rank(terms, case) if terms else clause.OTHER,
        ssvc=_URGENCY.index(outcome.possible[-1]),
        unlikely=1.0 - (told.epss or 0.0),
    )


def with_signal(key: Key, signal: Signal | None) -> Key:
    """Bring a key that was computed before a list was loaded up to date with that list."""
    if signal is None:
        return key
    world = ATTACKED if signal.exploited_since else key.world
    return Key(world=world, rank=key.rank, ssvc=key.ssvc, unlikely=1.0 - (signal.epss or 0.0))


@lru_cache(1024)
def _supplier(points: tuple[ssvc.Point, ...], said: tuple[tuple[str, str], ...]) -> ssvc.Outcome:
    return ssvc.supplier(points, dict(said))


def _world(case: Case, told: Signal) -> Iterator[Reason]:
    if case.attacked:
        yield Reason(text="Attacks were seen.", source="recorded in this case")
    if told.exploited_since:
        more = ", in ransomware campaigns too" if told.ransomware else ""
        text = f"{case.cve_id} is listed as exploited since {told.exploited_since}{more}."
        yield Reason(text=text, source="CISA KEV")
    if case.exploited:
        yield Reason(text="An exploit is public.", source="recorded in this case")
    if case.public:
        yield Reason(text="The public knows.", source="recorded in this case")


def _class(terms: clause.Terms | None, case: Case) -> Reason:
    if terms is None:
        return Reason(text="The policy puts no impact before another.", source="policy")
    rank = clause.rank(terms, case)
    if not case.vector and not case.cwe:
        text = "Not scored yet: in the policy's highest class until somebody looks."
        return Reason(text=text, source=terms.cite or "assess.priority")
    named = clause.impacts(case.vector, case.cwe)
    meant = named & (terms.highest if rank == clause.HIGHEST else terms.serious) or named
    harmed = ", ".join(sorted(meant)) or "none of the impacts that the policy names"
    rule = "assess.priority.highest" if rank == clause.HIGHEST else "assess.priority.serious"
    text = f"{harmed.capitalize()}: the policy's class “{_RANKS[rank]}”."
    return Reason(text=text, source=terms.cite or rule)


def _ssvc(outcome: ssvc.Outcome) -> Reason:
    if outcome.settled:
        text = f"SSVC for suppliers: {outcome.possible[0]}."
    else:
        text = f"SSVC for suppliers: {' or '.join(reversed(outcome.possible))}; open: {', '.join(outcome.open)}."
    return Reason(text=text, source="SSVC supplier table 1.0.0")


def _likely(told: Signal) -> Iterator[Reason]:
    if told.epss is not None:
        above = f", higher than {told.percentile:.0%} of all" if told.percentile is not None else ""
        text = f"Likelihood of attacks within thirty days: {told.epss:.1%}{above}."
        yield Reason(text=text, source=f"EPSS of {told.as_of}" if told.as_of else "EPSS")
