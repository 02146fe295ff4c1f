# SPDX-License-Identifier: Apache-2.0
"""Takes over what was published or drafted elsewhere: the fields of a case's draft, out of an imported record.

The case keeps its own id; the document's is an alias. Which release lines are affected stays the board's business: a
person looks at what the document says about them, and the board decides what is published.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Product
from tocsin.core.formats import words
from tocsin.core.formats.imports.common import UNNAMED
from tocsin.core.vocabulary import is_cve_id

_NAMES: Final = ("purl", "ecosystem", "package", "collection", "repository", "cpe")


def draft_fields(advisory: Advisory) -> dict[str, Any]:
    """Fields of the command that drafts an advisory, as far as the document tells them."""
    products = [
        {
            "name": each.name,
            "vendor": "" if each.vendor == UNNAMED else each.vendor,
            **{name: getattr(each, name) for name in _NAMES},
            "modules": list(each.modules),
        }
        for each in advisory.products
        if each.name != UNNAMED and _together(advisory, each)
    ]
    texts = ("title", "summary", "details", "impact", "detection", "mitigation", "required_configuration", "upgrade")
    own = () if is_cve_id(advisory.id) else (f"{advisory.osv_prefix}{advisory.id}".removeprefix("x_"),)
    fields: dict[str, Any] = {
        **{name: getattr(advisory, name) for name in texts},
        "cwe": list(advisory.cwe),
        "products": products,
        "references": _references(advisory),
        "credits": [
            {
                "name": each.name,
                "type": each.type.value,
                "organization": each.organization,
                "contact": list(each.contact),
                "consent": each.consented,
            }
            for each in advisory.credits
        ],
        "aliases": list(dict.fromkeys((*own, *advisory.aliases))),
        "related": list(advisory.related),
        "discovered": msgspec.to_builtins(advisory.discovered),
    }
    return {name: value for name, value in fields.items() if value}


def left_out(advisory: Advisory) -> tuple[str, ...]:
    """Products that no draft can hold beside the first, because other versions of theirs are affected: the products of
    a case share the lines of its board."""
    return tuple(each.name for each in advisory.products if not _together(advisory, each))


def _together(advisory: Advisory, product: Product) -> bool:
    return product.lines == advisory.products[0].lines


def _references(advisory: Advisory) -> list[dict[str, str]]:
    """The document's links, and its own page, which is somebody else's now."""
    page = [{"url": advisory.urls.page, "type": "advisory"}] if advisory.urls.page else []
    return page + [{"url": each.url, "type": each.type.value, "summary": each.summary} for each in advisory.references]


def told_lines(advisory: Advisory) -> list[str]:
    """What the document says of each line, in words, for the person who fills in the board."""
    return [
        f"{product.name} {line.line or 'as a whole'}: {words.line_words(product, line)}"
        for product in advisory.products
        for line in product.lines
    ]
