# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/clauses/` from the clauses, the two shipped policies and the stories that test both.

    python docs/reference/draw_clauses.py

A test compares the pages with what this writes, so a changed clause is a changed page or a failed check.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from textwrap import fill, shorten
from typing import Any

from tocsin.core.clock import show
from tocsin.core.formats.judge.codes import CNA
from tocsin.core.formats.judge.codes import OWN as DOCUMENT
from tocsin.core.policy import stories
from tocsin.core.policy.clause import Clause
from tocsin.core.policy.clauses import CLAUSES, bound
from tocsin.core.policy.lint.security_md import CODES as SECURITY_MD
from tocsin.core.policy.lint.security_txt import CODES as SECURITY_TXT
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import NAMES, seed

PAGES = Path(__file__).with_name("clauses")
STORIES = Path(__file__).resolve().parents[2] / "tests" / "data" / "clauses"
CODES = Path(__file__).with_name("lint-codes.md")

INTRODUCTION = """\
# Clauses

These pages are written by `docs/reference/draw_clauses.py`. Change the clause or its stories, not the page.

A clause is one sentence of a security policy made executable. It reads its terms from `policy.toml`, writes its own
sentence for SECURITY.md, computes what is due, and refuses moves that would break the promise. Each is one file in
`src/tocsin/core/policy/clauses/` and one folder of stories in `tests/data/clauses/`. In the order in which a report
meets them:
"""


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    written = {f"{clause.name}.md": _page(clause) for clause in CLAUSES}
    rows = [
        f"| [{clause.name}]({clause.name}.md) | {_claim(clause)} | {', '.join(clause.rows)} |" for clause in CLAUSES
    ]
    table = ["| clause | what it promises | requirements |", "|---|---|---|", *rows]
    return {"README.md": "\n".join([INTRODUCTION, *table]) + "\n", **written}


def codes() -> str:
    """Return the page that lists the codes of `tocsin lint`."""
    lines = ["# Codes of `tocsin lint`", "", "Written by `docs/reference/draw_clauses.py`. Codes are never reused.", ""]
    for title, listed in (
        ("security-md", SECURITY_MD),
        ("security-txt (RFC 9116 sections in brackets)", SECURITY_TXT),
        ("document", DOCUMENT),
        ("document: CVE records (CNA Operational Rules)", CNA),
    ):
        lines += [f"## {title}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| `{code}` | {meaning} |" for code, meaning in sorted(listed.items())]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _module(clause: Clause[Any]) -> str:
    return sys.modules[f"tocsin.core.policy.clauses.{clause.name}"].__doc__ or ""


def _claim(clause: Clause[Any]) -> str:
    first = " ".join(_module(clause).split("\n\n")[0].split())
    return first.partition(": ")[2].partition(" (S")[0].rstrip(".") + "."


def _page(clause: Clause[Any]) -> str:
    title, _, rest = " ".join(_module(clause).split("\n\n")[0].split()).partition(": ")
    more = [" ".join(part.split()) for part in _module(clause).strip().split("\n\n")[1:] if not part.startswith("-")]
    paragraphs = [rest[0].upper() + rest[1:], *more]
    blocks = [
        f"# {title}",
        *(fill(text, 120) for text in paragraphs),
        *_sentences(clause),
        "## Stories",
        *_stories(clause),
    ]
    return "\n\n".join(blocks) + "\n"


def _sentences(clause: Clause[Any]) -> Iterator[str]:
    """What the clause says under each shipped policy, with where it comes from."""
    for name in NAMES:
        policy = load(seed(name) or "")
        if not isinstance(policy, Policy):
            raise TypeError(f"{name} does not load")
        terms = next((terms for known, terms in bound(policy) if known is clause), None)
        if terms and terms.sentences:
            yield f"In the policy `{name}`:"
            yield "\n".join(_sentence(sentence) for sentence in terms.sentences)


def _sentence(sentence: Any) -> str:
    origin = sentence.source.cite or ("chosen" if sentence.source.chosen else "")
    text = sentence.text.replace("\n", " / ")
    return f"- {text}\n  `{sentence.rule}`" + (f", {origin}" if origin else "")


def _stories(clause: Clause[Any]) -> Iterator[str]:
    for path in sorted((STORIES / clause.name).glob("*.toml")):
        story = stories.read(path.read_text(encoding="utf-8"))
        if isinstance(story, Invalid):
            raise TypeError(f"{path} cannot be read")
        yield "\n".join(_story(path, story))


def _story(path: Path, story: stories.Story) -> Iterator[str]:
    outcome = "kept" if path.stem.startswith("kept_") else "broken"
    yield f"**{story.claim}** ({outcome}: `{path.name}`)"
    yield ""
    if story.invalid:
        yield f"- the policy is refused: {', '.join(story.invalid)}"
    for key, value in story.given.items():
        yield f"- given {key.replace('_', ' ')}: {_value(value)}"
    for moment in story.when:
        since = ", ".join(f"{key.replace('_', ' ')} {_value(value)}" for key, value in moment.facts.items())
        tried = f", {_wish(moment.move)}" if moment.move else ""
        yield f"- when it is {show(moment.at)}{f' and {since}' if since else ''}{tried}:"
        yield from (f"  - {line}" for line in _then(moment.then))


def _wish(wish: stories.Wish) -> str:
    """Say who tries what, with everything that is not as usual."""
    usual = stories.Wish(name=wish.name)
    told = {"name", "by", "kind", "roles"}
    fields = [field for field in wish.__struct_fields__ if field not in told]
    stated = ((field, getattr(wish, field)) for field in fields if getattr(wish, field) != getattr(usual, field))
    details = ", ".join(f"{field.replace('_', ' ')} {_detail(value)}" for field, value in stated)
    return f"{wish.by} tries to {wish.name.value.replace('-', ' ')}" + (f" ({details})" if details else "")


def _detail(value: Any) -> str:
    if isinstance(value, datetime):
        return show(value)
    if isinstance(value, tuple):
        return " and ".join(map(str, value))
    return f'"{shorten(value, 60, placeholder=" ...")}"' if isinstance(value, str) and " " in value else str(value)


def _then(then: stories.Then) -> Iterator[str]:
    yield from (f"{name} is due {show(at)}" for name, at in then.due.items())
    yield from (f"{name} is {state.value}" for name, state in then.state.items())
    yield from (f"{name} is not promised" for name in then.none_due)
    if then.told is not None:
        yield f"told so far: {', '.join(then.told) or 'nobody'}"
    if then.refused:
        missing = f"; missing: {', '.join(then.missing)}" if then.missing else ""
        yield f"refused: `{then.refused}`{f', citing {then.cite}' if then.cite else ''}{missing}"
    elif then.allowed:
        yield "allowed"
    for what, names in (("caution", then.cautions), ("sets going", then.reactions), ("proposes", then.proposes)):
        if names is not None:
            yield f"{what}: {', '.join(f'`{name}`' for name in names) or 'nothing'}"
    yield from (f"gate {name} is open" for name in then.open)
    yield from (f"gate {name} is shut" for name in then.shut)
    yield from (f'the document says "{words}"' for words in then.says)
    yield from (f'the document does not say "{words}"' for words in then.silent_about)
    if then.priority is not None:
        yield f"priority {then.priority}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_value(item) for item in value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> None:
    """Write the pages."""
    PAGES.mkdir(exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    CODES.write_text(codes(), encoding="utf-8")


if __name__ == "__main__":
    main()
