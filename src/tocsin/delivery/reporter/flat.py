# SPDX-License-Identifier: Apache-2.0
"""Templates compiled once for each language, with every sentence that is the same for all readers written out.

A page of the room has some sixty of them, and looking each up anew, at every rendering, cost more than sealing the
report. What is left to do for a reader is what differs between readers. Nothing else changes: a sentence is escaped
here by the same function, and the bytes are those of Django's own rendering (a test compares every page).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from django.template import Context, Engine, Origin, Template
from django.template.base import Node, NodeList, TextNode, VariableNode, render_value_in_context
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode
from django.utils.translation import get_language, gettext


class Loader(cached.Loader):
    """Django's loader that keeps what it compiled, by language as well as by name. Nobody sees a template before all of
    it is written out."""

    def __init__(self, engine: Engine, loaders: Sequence[object]) -> None:
        super().__init__(engine, loaders)
        self._ready: dict[str, Template] = {}
        self._one_at_a_time = threading.RLock()  # a template that extends another is compiled inside

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        """Keep one of each language."""
        return f"{get_language()}:{super().cache_key(template_name, skip)}"

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """Compile, and write out what is the same for everybody. Raises TemplateDoesNotExist."""
        key = self.cache_key(template_name, skip)
        ready = self._ready.get(key)
        if ready is None:
            with self._one_at_a_time:
                ready = super().get_template(template_name, skip)
                if key not in self._ready:
                    flatten(ready.nodelist)
                    self._ready[key] = ready
        return ready

    def reset(self) -> None:
        """Forget everything."""
        self._ready.clear()
        super().reset()


def flatten(nodes: NodeList) -> None:
    """Write sentences out, here and in everything inside, and join what then stands side by side."""
    joined: list[Node] = []
    for node in nodes:
        for inside in _inside(node):
            flatten(inside)
        said = _said(node)
        last = joined[-1] if joined else None
        if said is None:
            joined.append(node)
        elif type(last) is TextNode:
            joined[-1] = _text(last.s + said, last)
        else:
            joined.append(_text(said, node))
    nodes[:] = joined


def _inside(node: Node) -> list[NodeList]:
    held = [getattr(node, name, None) for name in node.child_nodelists]
    held += [part for _, part in getattr(node, "conditions_nodelists", ())]
    return [each for each in held if type(each) is NodeList]


def _said(node: Node) -> str | None:
    """What a node says to everybody; None for one that says different things."""
    if type(node) is TextNode:
        return node.s
    if type(node) is VariableNode:
        told = node.filter_expression
        return None if told.is_var or told.filters else str(render_value_in_context(told.var, Context()))
    if isinstance(node, BlockTranslateNode) and _fixed(node):
        return gettext(node.render_token_list(node.singular)[0]) % {}
    return None


def _fixed(node: Any) -> bool:
    plain = all(token.token_type.name == "TEXT" for token in node.singular)
    return plain and not (node.plural or node.extra_context or node.countervar or node.asvar or node.message_context)


def _text(said: str, like: Node) -> TextNode:
    made = TextNode(said)
    made.token, made.origin = like.token, like.origin
    return made
