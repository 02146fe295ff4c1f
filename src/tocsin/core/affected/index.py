# SPDX-License-Identifier: Apache-2.0
"""Every statement of a feed by the names of its packages: which advisories speak of this version, and what they say.

One advisory more or less costs the packages that it names, never the rest: a package is cut again at the next question
about it. Withdrawn advisories say nothing. A bound that is no version of its scheme makes an advisory `unreadable` for
that package: nobody is told `not affected` on the strength of what could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tocsin.core.affected.cuts import PARSERS, Cuts
from tocsin.core.affected.statements import Listed, Name, Record, Statement
from tocsin.core.versions import Interval
from tocsin.core.vocabulary import Affectedness, Value

_HIT = frozenset({Affectedness.AFFECTED, Affectedness.FIXED})


_Told = tuple[str, Statement]


class Said(Value, gc=False):
    """One statement that holds for the version asked about; `advisory` is the record's id."""

    advisory: str
    statement: Statement


class _Order:
    """The statements of one package that are ordered by one scheme. Those that call versions affected are cut apart
    from the others: that is what everybody asks."""

    __slots__ = ("cuts", "known", "parse", "rest", "rest_cuts", "said", "scheme")

    def __init__(self, scheme: str, said: Sequence[_Told], unreadable: dict[str, None]) -> None:
        self.scheme = scheme
        self.parse = PARSERS[scheme]
        self.said = [each for each in said if each[1].state in _HIT]
        self.rest = [each for each in said if each[1].state not in _HIT]
        self.cuts = self._cut(self.said, unreadable)
        self.known: list[tuple[str, ...] | None] = [None] * (len(self.cuts) + 1)
        self.rest_cuts = self._cut(self.rest, unreadable) if self.rest else None

    def hit(self, place: int) -> tuple[str, ...]:
        """Advisories that hit the versions of a piece, each once; remembered."""
        found = tuple(dict.fromkeys(self.said[number][0] for number in self.cuts.piece(place)))
        self.known[place] = found
        return found

    def _cut(self, said: list[_Told], unreadable: dict[str, None]) -> Cuts:
        try:
            return Cuts(self.scheme, [each.interval for _, each in said])
        except ValueError:
            bad = [told for told in said if not self._reads(told[1].interval)]
        unreadable.update(dict.fromkeys(advisory for advisory, _ in bad))
        said[:] = [told for told in said if told not in bad]
        return Cuts(self.scheme, [each.interval for _, each in said])

    def _reads(self, span: Interval) -> bool:
        try:
            for bound in (span.start, span.before, span.last):
                if bound and bound != "0":
                    self.parse(bound)
        except ValueError:
            return False
        return True


class Package:
    """All that is said of one package, cut by the versions that occur.

    What answers most questions lies in the package itself: in a large index every further object that a question looks
    at is a piece of memory that nobody used lately, which costs more than the work.
    """

    __slots__ = ("_alone", "_beyond", "_listed", "_only", "_orders", "_parse", "advisories", "count", "unreadable")

    def __init__(self, told: Mapping[str, Sequence[Statement | Listed]]) -> None:
        """`told` is what each advisory says of it."""
        self.advisories = tuple(told)
        self.count = len(told)
        self.unreadable: dict[str, None] = {}
        self._listed: dict[str, list[str]] = {}
        said: dict[str, list[_Told]] = {}
        for advisory, statements in told.items():
            for each in statements:
                if isinstance(each, Statement):
                    said.setdefault(each.scheme, []).append((advisory, each))
                else:
                    for version in each.versions:
                        self._listed.setdefault(version, []).append(advisory)
        self._orders = [_Order(name, each, self.unreadable) for name, each in said.items()]
        self._only = only = self._orders[0] if len(self._orders) == 1 and not self._listed else None
        plain = only is not None and only.rest_cuts is None and not self.unreadable
        self._alone = only if plain else None
        self._parse = only.parse if only and plain else None
        self._beyond = only.cuts.beyond if only and plain else None

    def hit(self, version: str) -> Sequence[str]:
        """Advisories that call the version affected, each once. A string that is no version is in no range."""
        only = self._only
        if only is None:
            return self._joined(version)
        try:
            place = only.cuts.place(only.parse(version))
        except ValueError:
            return ()
        found = only.known[place]
        return only.hit(place) if found is None else found

    def _joined(self, version: str) -> Sequence[str]:
        found = dict.fromkeys(self._listed.get(version, ()))
        for order in self._orders:
            try:
                place = order.cuts.place(order.parse(version))
            except ValueError:
                continue
            found.update(dict.fromkeys(order.hit(place)))
        return tuple(found)

    def quiet(self, version: str) -> bool:
        """Whether the string is a version that no advisory says anything of; False may also mean `look closer`."""
        parse, beyond = self._parse, self._beyond
        if parse is None:
            return False
        try:
            key = parse(version)
        except ValueError:
            return False
        if beyond is not None and beyond < key:
            return True
        return self._alone is not None and not self._alone.cuts.at(key)

    def said(self, version: str) -> Iterator[Said]:
        """Every statement that holds for the version."""
        for order in self._orders:
            try:
                key = order.parse(version)
            except ValueError:
                continue
            for said, cuts in ((order.said, order.cuts), (order.rest, order.rest_cuts)):
                for number in cuts.at(key) if cuts is not None else ():
                    advisory, each = said[number]
                    yield Said(advisory, each)

    def lists(self, version: str) -> tuple[str, ...]:
        """Advisories that name the version itself."""
        return tuple(self._listed.get(version, ())) if self._listed else ()

    def schemes(self, version: str) -> tuple[str, ...]:
        """Schemes of the package that the string is a version of; none for a package that only lists versions."""
        found = []
        for order in self._orders:
            try:
                order.parse(version)
            except ValueError:
                continue
            found.append(order.scheme)
        return tuple(found)


def _everything(record: Record) -> Iterator[Statement | Listed]:
    yield from record.statements
    yield from record.listed


class Index:
    """Records by id, and packages by name."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records: dict[str, Record] = {}
        self._said: dict[Name, dict[str, list[Statement | Listed]]] = {}
        self._packages: dict[Name, Package] = {}
        self._releases: dict[Name, dict[str, None]] = {}
        for record in records:
            self.put(record)

    def __len__(self) -> int:
        """How many advisories there are."""
        return len(self._records)

    def record(self, advisory: str) -> Record | None:
        """One advisory."""
        return self._records.get(advisory)

    def put(self, record: Record) -> None:
        """Take an advisory in, in place of what was said under its id before."""
        self.drop(record.id)
        self._records[record.id] = record
        if record.withdrawn:
            return
        for each in _everything(record):
            for name in each.names:
                told = self._said.get(name)
                if told is None:
                    told = self._said[name] = {}
                    self._remember_release(name)
                told.setdefault(record.id, []).append(each)
                self._packages.pop(name, None)

    def _remember_release(self, name: Name) -> None:
        kind, colon, release = name[0].partition(":")
        if colon:
            self._releases.setdefault((kind, name[1]), {})[release] = None

    def drop(self, advisory: str) -> None:
        """Forget an advisory."""
        old = self._records.pop(advisory, None)
        for each in _everything(old) if old else ():
            for name in each.names:
                told = self._said.get(name, {})
                if told.pop(advisory, None) is not None:
                    self._packages.pop(name, None)
                if not told:
                    self._said.pop(name, None)

    def build(self) -> int:
        """Cut every package now; returns how many there are. Questions do this by themselves, a package at a time."""
        for name in self._said:
            self.package(name)
        return len(self._said)

    def package(self, name: Name) -> Package | None:
        """All that is said of a package, or None for one that nothing is said of."""
        found = self._packages.get(name)
        if found is None:
            told = self._said.get(name)
            if told is None:
                return None
            found = self._packages[name] = Package(told)
        return found

    def hit(self, name: Name, version: str) -> Sequence[str]:
        """Advisories that call this version of a package affected; `Debian` asks all of Debian's releases."""
        own = self._packages.get(name) or self.package(name)
        found = own.hit(version) if own else ()
        if not self._releases or name not in self._releases:
            return found
        others = [self.package((f"{name[0]}:{release}", name[1])) for release in self._releases[name]]
        return list(dict.fromkeys([*found, *(each for other in others if other for each in other.hit(version))]))

    def of(self, name: Name) -> list[str]:
        """Advisories that speak of a package at all."""
        names = [name, *((f"{name[0]}:{release}", name[1]) for release in self._releases.get(name, ()))]
        packages = [found for each in names if (found := self.package(each))]
        return list(dict.fromkeys(advisory for each in packages for advisory in each.advisories))
