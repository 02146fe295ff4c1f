# SPDX-License-Identifier: Apache-2.0
"""The printed advisory: a tagged PDF after PDF/UA-1 (ISO 14289-1), set by Typst, which brings its fonts along.

The template stands beside this file; everything that people wrote reaches it as data. Markdown is read by the same
parser as on the pages, without HTML and without pictures. The same record gives the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.model import Advisory, Product
from tocsin.core.feeds.entry import shown
from tocsin.core.formats.words import range_words
from tocsin.core.versions import LineRange, interval
from tocsin.core.vocabulary import Affectedness

LONGEST: Final = 100_000
"""Characters of one text that are set; the others are in the other documents."""

STATES: Final = {
    Affectedness.AFFECTED: "affected, no fix",
    Affectedness.FIXED: "affected, fixed",
    Affectedness.NOT_AFFECTED: "not affected",
    Affectedness.UNSUPPORTED: "unsupported, not looked at",
    Affectedness.REVIEW: "being looked at",
}

_PARSER: Final = MarkdownIt("commonmark", {"html": False}).disable("image")
_SCHEMES: Final = ("https://", "http://", "mailto:")
PATIENCE: Final = 60
"""Seconds after which a document is given up."""

_ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8"}
"""No address of a database, no token: it sets what people wrote."""

_LACKING: Final = 3
_ATTEMPTS: Final[tuple[tuple[Literal["ua-1", "1.7"], bool], ...]] = (("ua-1", True), ("ua-1", False), ("1.7", False))
"""Standard, and whether only the fonts that Typst brings are used: letters that these lack are looked for in the
system's, and what nobody can draw is left to the reader's program rather than to nobody."""


def pdf(advisory: Advisory) -> bytes:
    """Set an advisory. Raises RuntimeError, in words, when it cannot be set."""
    asked = {
        "template": _template(),
        "data": msgspec.json.encode(_data(advisory)).decode(),
        "timestamp": int(advisory.modified.timestamp()) if advisory.modified else 0,
        "attempts": _ATTEMPTS,
    }
    program = str(Path(__file__).with_name("typeset.py"))
    try:
        done = subprocess.run(
            [sys.executable, "-I", program],
            input=msgspec.json.encode(asked),
            capture_output=True,
            timeout=PATIENCE,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"it was not set within {PATIENCE} seconds") from None
    if done.returncode == _LACKING:
        raise RuntimeError("typst is not installed")
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").partition("\n")[0] or "the typesetter ended")
    return done.stdout


@lru_cache(maxsize=1)
def _template() -> str:
    return files(__package__).joinpath("advisory.typ").read_text("utf-8")


def _data(advisory: Advisory) -> dict[str, Any]:
    main = advisory.authoritative
    severity = f"{main.severity.rating} {main.severity.base:.1f}, {main.severity.vector}" if main else ""
    facts = [(each, cwe_name(each) or "") for each in advisory.cwe]
    facts += [("Package", each.purl) for each in advisory.products if each.purl]
    facts += [("Page", advisory.urls.page)]
    return {
        "id": advisory.id,
        "title": shown(advisory.title),
        "lang": advisory.lang.partition("-")[0],
        "publisher": shown(advisory.publisher.name),
        "names": list(advisory.other_ids),
        "published": f"{advisory.published:%Y-%m-%d}" if advisory.published else "",
        "modified": f"{advisory.modified:%Y-%m-%d %H:%M} UTC" if advisory.modified else "",
        "revision": advisory.revisions[-1].number if advisory.revisions else "",
        "severity": severity,
        "withdrawn": shown(advisory.withdrawn_reason or "yes") if advisory.withdrawn else "",
        "summary": shown(advisory.summary),
        "rows": [_row(product, line) for product in advisory.products for line in product.lines],
        "sentences": [shown(each.sentence) for each in advisory.products],
        "upgrade": _blocks(advisory.upgrade),
        "mitigation": _blocks(advisory.mitigation or "No other way to protect yourself is known."),
        "configuration": _blocks(advisory.required_configuration),
        "detection": _blocks(advisory.detection),
        "details": _blocks(advisory.details),
        "impact": _blocks(advisory.impact),
        "facts": [(name, shown(value)) for name, value in facts],
        "references": [(each.url, shown(each.summary or each.url)) for each in advisory.references],
        "credits": [shown(each.display) for each in advisory.consented_credits],
        "revisions": [f"{each.number}, {each.date:%Y-%m-%d}: {shown(each.summary)}" for each in advisory.revisions],
    }


def _row(product: Product, line: LineRange) -> list[str]:
    hit = range_words(interval(product.order, line))
    state = f"{STATES[line.state]}: {shown(line.reason)}" if line.reason else STATES[line.state]
    return [
        line.line or "all",
        state,
        hit if line.vulnerable else "none",
        line.fixed_in or ("no fix" if line.vulnerable else "none needed"),
    ]


def _blocks(text: str) -> list[dict[str, Any]]:
    tree = SyntaxTreeNode(_PARSER.parse(shown(text[:LONGEST].replace("\r\n", "\n"))))
    return _block_nodes(tree.children)


def _block_nodes(nodes: Sequence[SyntaxTreeNode]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in nodes:
        match node.type:
            case "paragraph" | "heading":
                kind = "p" if node.type == "paragraph" else "h"
                found.append({"t": kind, "v": _spans(node.children[0].children if node.children else [])})
            case "fence" | "code_block":
                found.append({"t": "code", "v": node.content})
            case "blockquote":
                found.append({"t": "quote", "v": _block_nodes(node.children)})
            case "bullet_list" | "ordered_list":
                items = [_block_nodes(item.children) for item in node.children]
                found.append({"t": "ul" if node.type == "bullet_list" else "ol", "v": items})
            case _:
                pass  # rules and the like say nothing
    return found


def _spans(nodes: Sequence[SyntaxTreeNode]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in nodes:
        match node.type:
            case "text":
                found.append({"t": "text", "v": node.content})
            case "softbreak":
                found.append({"t": "text", "v": " "})
            case "hardbreak":
                found.append({"t": "break"})
            case "code_inline":
                found.append({"t": "code", "v": node.content})
            case "strong" | "em":
                found.append({"t": node.type, "v": _spans(node.children)})
            case "link" if str(node.attrs.get("href", "")).startswith(_SCHEMES):
                found.append({"t": "link", "href": str(node.attrs["href"]), "v": _spans(node.children)})
            case _:
                found += _spans(node.children)
    return found
