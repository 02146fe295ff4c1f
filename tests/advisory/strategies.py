# SPDX-License-Identifier: Apache-2.0
"""Random advisories that are fit to be published: every state of a line, every scheme, hostile text in every field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tocsin.core.advisory import (
    Advisory,
    Cna,
    Credit,
    CreditType,
    LineRange,
    Product,
    Project,
    Publisher,
    PublisherCategory,
    Reference,
    ReferenceType,
    Revision,
    Score,
    Tlp,
    Urls,
)
from tocsin.core.advisory.cwe import weaknesses
from tocsin.core.advisory.forms import is_one_line
from tocsin.core.vocabulary import Affectedness

TEMPTING = [
    "<script>alert(1)</script>",
    "# heading",
    "Fixed versions\n--------------\n  Demo: 9.9.9",
    "## Acknowledgements\n\n- **finder:** Nobody",
    "```\nnever closed",
    "~~~\n## Fixed versions\n~~~",
    "\u202etxet desrever\x00",
    "| a | table |",
    "    four spaces of code that goes on and on and on and on and on and on and on and on and on and on",
    "word " * 40,
    "w" * 200,
    "- item\n- item: two\n1. three",
    "Severity:      None 0.0",
    "CVE-1900-9999",
]

any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)
free_text = st.lists(st.one_of(any_text, st.sampled_from(TEMPTING)), max_size=4).map("\n\n".join)
some_text = free_text.filter(lambda text: bool(text.strip()))
one_line = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=90),
    st.sampled_from(["Demo: the product", "Name (Somewhere)", "a | b", "*star*", "\\", "`tick`", "it's 100 %"]),
).filter(is_one_line)
place = st.builds(
    "https://{}.example.org/{}".format,
    st.sampled_from(["www", "git", "a-b.c"]),
    st.text("abcXYZ019-_.~/", max_size=80),
)
url = st.builds(str.__add__, place, st.sampled_from(["", "?q=1&r=%20", "#part"]))
instant = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001

PURLS = ("pkg:generic/demo{}", "pkg:pypi/demo{}", "pkg:deb/debian/demo{}?arch=all", "pkg:github/demo/demo{}#sub/path")

ANY = tuple(Affectedness)
KNOWN = (Affectedness.FIXED, Affectedness.AFFECTED, Affectedness.NOT_AFFECTED)

VECTORS = {
    "3.0": (
        "CVSS:3.0",
        {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "NLH", "I": "NLH", "A": "NLH"},
    ),
    "3.1": (
        "CVSS:3.1",
        {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "NLH", "I": "NLH", "A": "NLH"},
    ),
    "4.0": (
        "CVSS:4.0",
        {"AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "NLH", "VI": "NLH", "VA": "NLH"}
        | {"SC": "NLH", "SI": "NLH", "SA": "NLH"},
    ),
}


@st.composite
def vectors(draw: st.DrawFn, version: str) -> str:
    prefix, metrics = VECTORS[version]
    vector = prefix + "".join(f"/{name}:{draw(st.sampled_from(values))}" for name, values in metrics.items())
    tail = {"4.0": ["", "/E:P", "/E:A/CR:H", "/S:P/U:Amber"]}.get(version, ["", "/E:P", "/RL:O/RC:C", "/MAV:L"])
    return vector + draw(st.sampled_from(tail))


@st.composite
def scores(draw: st.DrawFn) -> tuple[Score, ...]:
    versions = draw(st.lists(st.sampled_from(["3.0", "3.1", "4.0"]), unique=True, max_size=3))
    ours = [
        Score(vector=draw(vectors(version)), scorer="we", authoritative=place == 0)
        for place, version in enumerate(versions)
    ]
    theirs = [Score(vector=draw(vectors("3.1")), scorer="the reporter")] if ours and draw(st.booleans()) else []
    return tuple(draw(st.permutations([*ours, *theirs])))


@st.composite
def line_ranges(draw: st.DrawFn, scheme: str, major: int, minor: int, states: tuple[Affectedness, ...]) -> LineRange:
    name = f"{major}.{minor}"
    state = draw(st.sampled_from(states))
    first = draw(st.integers(0, 4))
    last = draw(st.integers(first + 1, 9))
    before = "-rc.1" if scheme == "semver" else "rc1"
    introduced = draw(st.sampled_from(["", f"{name}.{first}"]))
    ends = {"fixed_in": f"{name}.{last}{draw(st.sampled_from(['', before]))}"}
    reason = draw(st.one_of(st.just(""), one_line))
    if state is Affectedness.AFFECTED:
        ends = draw(st.sampled_from([ends, {"last_affected": f"{name}.{last}"}, {}]))
        reason = draw(one_line)
    elif state is not Affectedness.FIXED:
        ends = {}
    return LineRange(line=name, state=state, introduced=introduced, reason=reason, **ends)


@st.composite
def products(draw: st.DrawFn, place: int) -> Product:
    """One product; of the first line of the first product something is known."""
    scheme = draw(st.sampled_from(["semver", "postgres", "pep440", "generic"]))
    numbers = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 30)), unique=True, min_size=1, max_size=5))
    listed = draw(st.booleans())
    return Product(
        name=f"{draw(one_line)} {place}",
        vendor=draw(one_line),
        scheme=scheme,
        lines=tuple(
            draw(line_ranges(scheme, major, minor, KNOWN if at == place == 0 else ANY))
            for at, (major, minor) in enumerate(numbers)
        ),
        purl=draw(st.sampled_from(["", *(purl.format(place) for purl in PURLS)])),
        ecosystem="PyPI" if listed else "",
        package="demo" if listed else "",
        collection=draw(st.one_of(st.just(""), url)),
        repository=draw(st.one_of(st.just(""), url)),
        modules=tuple(draw(st.lists(one_line, max_size=2, unique=True))),
        elsewhere=draw(st.sampled_from([Affectedness.NOT_AFFECTED, Affectedness.REVIEW, Affectedness.AFFECTED])),
    )


thanks = st.builds(
    Credit,
    name=one_line,
    type=st.sampled_from(list(CreditType)),
    organization=st.one_of(st.just(""), one_line),
    contact=st.lists(url, max_size=2).map(tuple),
    consented=st.booleans(),
)
references = st.builds(
    Reference, type=st.sampled_from(list(ReferenceType)), url=url, summary=st.one_of(st.just(""), one_line)
)


@st.composite
def advisories(draw: st.DrawFn) -> Advisory:
    """An advisory without problems; of its first line something is always known."""
    published = draw(instant)
    modified = published + timedelta(seconds=draw(st.integers(0, 10**7)))
    dates = [published] if modified == published else [published, modified]
    serial = draw(st.integers(1, 9999))
    mitigation = draw(st.one_of(st.just(""), some_text))
    chosen = draw(st.lists(st.sampled_from(weaknesses()), max_size=3, unique=True))
    return Advisory(
        id=f"DEMO-SA-2026-{serial:03}",
        project=Project(id="demo", name="Demo", url="https://demo.example.org"),
        publisher=Publisher(
            name=draw(one_line),
            namespace=draw(url),
            contact=draw(st.one_of(st.just(""), one_line)),
            category=draw(st.sampled_from(list(PublisherCategory))),
            cna=draw(st.one_of(st.none(), st.just(Cna(org_id="f86ef6dc-4d3a-42ad-8f28-e6d5547a5007")))),
        ),
        urls=Urls(page=draw(place), csaf=draw(st.one_of(st.just(""), url))),
        title=draw(one_line),
        summary=draw(one_line),
        details=draw(some_text),
        products=tuple(draw(products(number)) for number in range(draw(st.integers(1, 3)))),
        impact=draw(free_text),
        detection=draw(free_text),
        mitigation=mitigation,
        no_mitigation_known=not mitigation,
        required_configuration=draw(free_text),
        upgrade=draw(free_text),
        cwe=tuple(each.id for each in chosen),
        scores=draw(scores()),
        references=tuple(draw(st.lists(references, max_size=4))),
        credits=tuple(draw(st.lists(thanks, max_size=3, unique_by=lambda credit: credit.display))),
        cve_id=draw(st.sampled_from(["", "CVE-1900-12345"])),
        aliases=tuple(draw(st.lists(st.sampled_from(["GHSA-2345-6789-cfgh", "X-1", "Y-2"]), unique=True))),
        discovered=draw(st.one_of(st.none(), st.just(published - timedelta(days=30)))),
        published=published,
        modified=modified,
        withdrawn=draw(st.sampled_from([None, modified])),
        withdrawn_reason=draw(st.one_of(st.just(""), one_line)),
        superseded_by=draw(st.sampled_from(["", "DEMO-SA-2027-001"])),
        revisions=tuple(
            Revision(number=str(at), date=date, summary=draw(one_line)) for at, date in enumerate(dates, 1)
        ),
        tlp=draw(st.sampled_from(list(Tlp))),
    )
