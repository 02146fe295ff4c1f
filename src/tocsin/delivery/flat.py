# SPDX-License-Identifier: Apache-2.0
"""Templates compiled once for each language, with everything that is the same for all readers written out: sentences,
what a page takes over from the page that it extends, and the parts that it includes.

Every room is served so. A page of the reporter's has some sixty sentences, and looking each up anew, at every
rendering, cost more than sealing the report. What is left to do for a reader is what differs between readers. Nothing
else changes: a sentence is escaped here by the same function, and the bytes are those of Django's own rendering (tests
compare every page).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from django.template import Context, Engine, Origin, Template
from django.template.base import Node, NodeList, TextNode, VariableNode, render_value_in_context
from django.template.defaulttags import CommentNode, LoadNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language, gettext

from tocsin.delivery.nodes import quicker

Blocks = dict[str, NodeList]
"""What a page puts in place of the parts of the page that it extends, by their names."""


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
        """Compile, and write out what is the same for everybody. Raises TemplateDoesNotExist.

        Django asks with `skip` for what a page extends that was left to it: that keeps its blocks.
        """
        if skip is not None:
            return super().get_template(template_name, skip)
        key = self.cache_key(template_name, skip)
        ready = self._ready.get(key)
        if ready is None:
            with self._one_at_a_time:
                compiled = super().get_template(template_name, skip)
                ready = self._ready.get(key) or copy(compiled)
                if key not in self._ready:
                    ready.nodelist = self._whole(compiled.nodelist, {}, (template_name,))
                    flatten(ready.nodelist)
                    self._ready[key] = ready
        return ready

    def reset(self) -> None:
        """Forget everything."""
        self._ready.clear()
        super().reset()

    def _whole(self, nodes: NodeList, blocks: Blocks, path: tuple[str, ...]) -> NodeList:
        """The nodes of a page with what it extends and includes in its place. `path` names the templates that we are
        in: one that includes itself is left to Django."""
        extends = next((node for node in nodes if type(node) is ExtendsNode), None)
        if extends and not _adds(extends) and (name := _constant(extends.parent_name)):
            own = {each: block.nodelist for each, block in extends.blocks.items()}
            return self._whole(super().get_template(name).nodelist, {**own, **blocks}, (*path, name))
        made = NodeList()
        for node in nodes:
            if type(node) is BlockNode:
                made.extend(self._whole(blocks.get(node.name, node.nodelist), blocks, path))
            elif (name := _included(node)) and name not in path:
                made.extend(self._whole(super().get_template(name).nodelist, {}, (*path, name)))
            else:
                made.append(_with_inside(node, lambda inside: self._whole(inside, blocks, path)))
        return made


def _adds(extends: ExtendsNode) -> bool:
    """Whether a page adds to what it extends (`block.super`) and not only replaces it: left to Django."""
    values: list[Any] = extends.nodelist.get_nodes_by_type(VariableNode)
    return any(str(value.filter_expression.var) == "block.super" for value in values)


def _constant(name: Any) -> str:
    """The name that a template is told by; empty where it differs."""
    return "" if name.is_var or name.filters or name.var.startswith(".") else str(name.var)


def _included(node: Any) -> str:
    plain = type(node) is IncludeNode and not (node.extra_context or node.isolated_context)
    return _constant(node.template) if plain else ""


def _with_inside(node: Node, change: Callable[[NodeList], NodeList]) -> Any:
    """The node with what is inside of it changed; the one that was given stays as it is."""
    made: Any = copy(node)
    if hasattr(node, "conditions_nodelists"):
        made.conditions_nodelists = [(told, change(held)) for told, held in node.conditions_nodelists]
        return made
    for name in node.child_nodelists:
        if type(held := getattr(node, name, None)) is NodeList:
            setattr(made, name, change(held))
    return made


_NOTHING = {LoadNode, CommentNode}
"""What writes nothing."""


def flatten(nodes: NodeList) -> None:
    """Write sentences out, here and in everything inside, and join what then stands side by side."""
    joined: list[Node] = []
    for node in nodes:
        if type(node) in _NOTHING:
            continue
        for inside in _inside(node):
            flatten(inside)
        said = _said(node)
        last = joined[-1] if joined else None
        if said is None:
            joined.append(quicker(node))
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
    if type(node) is StaticNode and node.varname is None and not node.path.is_var:
        return str(node.render(Context()))
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
