# SPDX-License-Identifier: Apache-2.0
"""Reads ranges as others write them: `vers:` strings, GitHub's `>= 1.0, < 1.2`, npm's `^1.2`, Maven's `[1.0,2.0)`.

Sources: vers specification (parsing, containment); CSAF 2.1, 3.1.2.3 for `vls`, the vers syntax without a type.
Notations of package managers that go beyond comparisons are read by `univers`, which has all of the public suite right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final
from urllib.parse import unquote

from tocsin.core.versions.lines import Interval
from tocsin.core.versions.render import quoted
from tocsin.core.versions.scheme import Key, Scheme
from tocsin.core.vocabulary import Value

LONGEST: Final = 16_384
"""Characters of a range; nobody writes longer ones by hand, and reading them would take long."""

_PIECE: Final = re.compile(r"(>=|<=|!=|>|<|=)?(.*)", re.DOTALL)
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LOWER_PERCENT: Final = re.compile(r"%(?:[0-9A-F]?[a-f]|[a-f][0-9A-F])")
_COMPARISON: Final = re.compile(r"(>=|<=|!=|==|>|<|=)\s*([^\s,|<>=!]+)")
_PLAIN: Final = re.compile(r"(?:(?:>=|<=|!=|==|>|<|=)\s*[^\s,|<>=!^~*()\[\]]+(?:\s*(?:,|\s|&&)\s*)?)+")
_BRACKETS: Final = re.compile(r"([\[(])\s*([^,\[\]()]*?)\s*(?:(,)\s*([^,\[\]()]*?)\s*)?([\])])")

_SPECIFIER: Final = re.compile(r"(~=|==|!=|>=|<=|>|<)\s*(\d+(?:\.\d+)*[^\s,*]*?)(\.\*)?", re.ASCII)
_SIGN: Final = re.compile(r"(>=|<=|>|<|=|~>|~|\^)\s+")
_PARTIAL: Final = re.compile(
    r"(?:>=|<=|>|<|=|~>|~|\^)?[=v]*(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:[-+A-Za-z][0-9A-Za-z.+-]*)?", re.ASCII
)
_OWN_NOTATION: Final = frozenset({"conan", "nginx", "npm", "openssl"})
"""Types whose notation gives even a plain comparison a meaning of its own (`>=1.1` is 1.1.0 in npm)."""


class Constraint(Value):
    """A comparison with one version; `sign` is one of `=`, `!=`, `<`, `<=`, `>`, `>=`."""

    sign: str
    version: str


class Range(Value):
    """Versions of one vers type. Without constraints it holds every version."""

    type: str
    constraints: tuple[Constraint, ...] = ()

    def __str__(self) -> str:
        """The canonical vers string of constraints in the order in which they are."""
        parts = [f"{'' if each.sign == '=' else each.sign}{quoted(each.version)}" for each in self.constraints]
        return f"vers:{self.type}/{'|'.join(parts) or '*'}"


def parse_vers(text: str) -> Range:
    """Read a vers string leniently: any order of constraints. Raises ValueError with what is wrong."""
    if len(text) > LONGEST:
        raise ValueError("the range is too long")
    uri, colon, rest = text.partition(":")
    kind, slash, spec = rest.partition("/")
    if uri != "vers" or not colon or not slash or not re.fullmatch(r"[a-z][a-z0-9.+-]*", kind):
        raise ValueError(f"{text[:80]!r} is not of the form vers:TYPE/CONSTRAINTS")
    if re.search(r"\s", spec):
        raise ValueError("white space is not permitted in a vers string")
    if spec == "*":
        return Range(type=kind)
    return Range(type=kind, constraints=_constraints(spec))


def parse_vls(text: str) -> tuple[Constraint, ...]:
    """Read the vers syntax without its head (`>2.1.0|<4.2.0`); raises ValueError as `parse_vers` does."""
    return _constraints(re.sub(r"\s", "", text[:LONGEST]))


def _constraints(spec: str) -> tuple[Constraint, ...]:
    if spec.startswith("|"):
        raise ValueError("a vers string has no leading pipe")
    if not spec or spec.endswith("|") or "||" in spec:
        raise ValueError("a constraint is empty")
    if _BAD_PERCENT.search(spec):
        raise ValueError("a version has an invalid percent-encoding")
    found = []
    for piece in spec.split("|"):
        sign, version = _PIECE.fullmatch(piece).groups()  # type: ignore[union-attr]
        if not version or version == "*":
            raise ValueError(f"{piece!r} names no version; * stands alone or not at all")
        found.append(Constraint(sign=sign or "=", version=unquote(version)))
    return tuple(found)


def canonical(each: Range, scheme: Scheme) -> Range:
    """The same range with its constraints in the canonical order; ValueError where a version is none."""
    return Range(type=each.type, constraints=_sorted(scheme, each.constraints))


def strict_vers(text: str, scheme: Scheme) -> Range:
    """Read a canonical vers string: sorted, unique, with canonical encodings; raises ValueError with what is wrong."""
    found = parse_vers(text)
    if _LOWER_PERCENT.search(text):
        raise ValueError("percent-encoding in a version is not canonical")
    if scheme.name == "datetime" and "%3A" in text:
        raise ValueError("colons of an instant stay unencoded")
    keys = [scheme.key(each.version) for each in found.constraints]
    if any(later < earlier for earlier, later in pairwise(keys)):
        raise ValueError("constraints are not sorted by version")
    if any(later == earlier for earlier, later in pairwise(keys)):
        raise ValueError("a version stands in two constraints")
    return found


def native(scheme: Scheme, text: str) -> Range:
    """Read a range in the notation of its ecosystem, or plain comparisons; raises ValueError for anything else.

    Comparisons parted by commas or spaces hold together (`>= 1.0, < 1.2`), `||` parts alternatives.
    """
    if len(text) > LONGEST:
        raise ValueError("the range is too long")
    text = text.strip()
    if scheme.vers_type in _OWN_NOTATION:
        return _borrowed(scheme, text)
    if text in ("*", "") or text == ">= 0":
        return Range(type=scheme.vers_type)
    alternatives = [each.strip() for each in text.split("||")]
    if all(_PLAIN.fullmatch(each) for each in alternatives):
        found = [_comparison(*pair) for each in alternatives for pair in _COMPARISON.findall(each)]
        return Range(type=scheme.vers_type, constraints=_sorted(scheme, found))
    if scheme.vers_type == "pypi":
        return Range(type="pypi", constraints=_sorted(scheme, _specifiers(text)))
    if text[:1] in "[(":
        return Range(type=scheme.vers_type, constraints=_sorted(scheme, _brackets(text)))
    return _borrowed(scheme, text)


def _comparison(sign: str, version: str) -> Constraint:
    return Constraint(sign="=" if sign == "==" else sign, version=version)


def _brackets(text: str) -> list[Constraint]:
    """Maven's and NuGet's intervals: `[1.0]`, `[1.0,2.0)`, `(,1.0],[1.2,)`."""
    found: list[Constraint] = []
    if re.sub(r"[,\s]", "", _BRACKETS.sub("", text)):
        raise ValueError(f"{text!r} is not a list of intervals")
    for opened, low, comma, high, closed in _BRACKETS.findall(text):
        if not comma:
            found.append(Constraint(sign="=", version=low))
            continue
        if low:
            found.append(Constraint(sign=">=" if opened == "[" else ">", version=low))
        if high:
            found.append(Constraint(sign="<=" if closed == "]" else "<", version=high))
    if any(not each.version for each in found):
        raise ValueError(f"{text!r} holds an empty interval")
    return found


def _specifiers(text: str) -> list[Constraint]:
    """PEP 440's `~=1.4.2` and `==1.4.*`, which stand for a span, beside plain comparisons."""
    found: list[Constraint] = []
    for each in text.split(","):
        read = _SPECIFIER.fullmatch(each.strip())
        if (
            not read
            or (read[1] == "~=" and (read[3] or "." not in read[2]))
            or (read[1] not in ("~=", "==") and read[3])
        ):
            raise ValueError(f"{each!r} is not a version specifier that a range can express")
        sign, version, star = read.groups()
        if sign == "~=" or star:
            numbers = version.split(".") if star else version.split(".")[:-1]
            after = ".".join((*numbers[:-1], str(int(numbers[-1]) + 1)))
            found += (Constraint(sign=">=", version=version), Constraint(sign="<", version=after))
        else:
            found.append(_comparison(sign, version))
    return found


def _borrowed(scheme: Scheme, text: str) -> Range:
    """Notations with carets, tildes, wildcards and the like."""
    from univers.version_range import RANGE_CLASS_BY_SCHEMES

    kind = {"semver": "npm", "intdot": "npm", "golang": "npm"}.get(scheme.vers_type, scheme.vers_type)
    if kind == "npm":
        text = _SIGN.sub(r"\1", text)
        if not all(map(_npm, text.split("||"))):
            raise ValueError(f"{text!r} is not a range of the scheme {scheme.name}")
    reader: Any = RANGE_CLASS_BY_SCHEMES.get(kind)
    try:
        read = str(reader.from_native(text)) if reader else ""
    except Exception:  # the library raises whatever its parsers raise, and speaks of its own classes
        raise ValueError(f"{text!r} is not a range of the scheme {scheme.name}") from None
    spec = re.sub(r"\s", "", read.partition("/")[2])
    if spec == "None" or not read:
        raise ValueError(f"{text!r} is not a range of the scheme {scheme.name}")
    return Range(type=scheme.vers_type, constraints=_constraints(spec) if spec not in ("*", "") else ())


def _npm(text: str) -> bool:
    """Whether node-semver reads it (its README, "Range Grammar"); commas are let through, as advisories write them.
    The library takes the first sign that it knows and overlooks what stands around it, as in `^^1` and `>>1`."""
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    if len(parts) == 3 and parts[1] == "-":
        parts = [parts[0], parts[2]]
    return all(map(_PARTIAL.fullmatch, parts))


def _sorted(scheme: Scheme, found: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """In the canonical order, each once; an upper bound at a version comes before a lower one at the same."""
    order = {"<": 0, "<=": 1, "=": 3, "!=": 3, ">=": 2, ">": 4}
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda each: (scheme.key(each.version), order[each.sign])))


def holds(scheme: Scheme, each: Range, version: str) -> bool:
    """Whether the range holds the version (vers specification, containment); ValueError for what is no version."""
    if not scheme.ordered:
        raise ValueError(f"only the repository can tell whether {version!r} lies in a range of commits")
    at = scheme.key(version)
    keyed = [(one.sign, scheme.key(one.version)) for one in each.constraints]
    if each.type == "none":
        return False
    if not keyed or any(sign == "=" and key == at for sign, key in keyed):
        return True
    if any(sign == "!=" and key == at for sign, key in keyed):
        return False
    bounds = sorted((pair for pair in keyed if pair[0] not in ("=", "!=")), key=lambda pair: pair[1])
    if not bounds:
        return all(sign == "!=" for sign, _ in keyed)
    return _within(bounds, at)


def _within(bounds: list[tuple[str, Key]], at: Key) -> bool:
    first, last = bounds[0], bounds[-1]
    if _meets(*first, at) and first[0][0] == "<":
        return True
    if _meets(*last, at) and last[0][0] == ">":
        return True
    return any(
        lower[0][0] == ">" and upper[0][0] == "<" and _meets(*lower, at) and _meets(*upper, at)
        for lower, upper in pairwise(bounds)
    )


def _meets(sign: str, key: Key, at: Key) -> bool:
    if at == key:
        return sign in (">=", "<=")
    return bool(at < key) if sign[0] == "<" else bool(key < at)


def intervals(scheme: Scheme, each: Range) -> tuple[Interval, ...]:
    """The range as intervals in ascending order; ValueError for `>` and `!=`, which intervals cannot say."""
    if any(one.sign in (">", "!=") for one in each.constraints):
        raise ValueError(f"{each} excludes a version; an interval cannot say that")
    if not each.constraints:
        return (Interval(start="0"),)
    found, start = [], ""
    for one in _sorted(scheme, each.constraints) if scheme.ordered else each.constraints:
        if one.sign == "=":
            found.append(Interval(start=one.version, last=one.version))
        elif one.sign == ">=":
            start = start or one.version
        else:
            end = {"<": "fixed", "<=": "last"}[one.sign]
            found.append(Interval(start=start or "0", **{end: one.version}))
            start = ""
    return (*found, Interval(start=start)) if start else tuple(found)


def overlap(scheme: Scheme, first: Iterable[Constraint], second: Iterable[Constraint]) -> bool:
    """Whether two ranges share a version, judged at their bounds and just beside them; ValueError as for `holds`."""
    ranges = [Range(type=scheme.vers_type, constraints=tuple(each)) for each in (first, second)]
    if not all(each.constraints for each in ranges):
        return True
    bounds = sorted(
        {(scheme.key(one.version), one.version) for each in ranges for one in each.constraints if one.sign != "!="},
        key=lambda pair: pair[0],
    )
    if any(all(holds(scheme, each, version) for each in ranges) for _, version in bounds):
        return True
    return any(all(_beside(scheme, each, *pair) for each in ranges) for pair in _gaps([key for key, _ in bounds]))


def _gaps(keys: list[Key]) -> list[tuple[Key | None, Key | None]]:
    """The open gaps before, between and after the bounds."""
    edges = [None, *keys, None]
    return [(low, high) for low, high in pairwise(edges) if low is None or high is None or low < high]


def _beside(scheme: Scheme, each: Range, low: Key | None, high: Key | None) -> bool:
    """Whether the range holds the whole open gap: it covers it from below or from above, or both at once."""
    keyed = [(one.sign, scheme.key(one.version)) for one in each.constraints if one.sign not in ("=", "!=")]
    bounds = sorted(keyed, key=lambda pair: pair[1])
    below = [sign for sign, key in bounds if low is not None and key <= low]
    above = [sign for sign, key in bounds if high is not None and key >= high]
    opened = below[-1][0] == ">" if below else bool(above) and above[0][0] == "<"
    closed = above[0][0] == "<" if above else bool(below) and below[-1][0] == ">"
    return opened and closed
