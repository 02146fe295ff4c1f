# SPDX-License-Identifier: Apache-2.0
"""Parts of a template that write what Django's write, byte for byte, with less work: values, sentences, loops and
conditions. Whatever one of them does not know is left to Django's own."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from typing import Any

from django.template import Context
from django.template.base import Node, NodeList, TextNode, VariableDoesNotExist, VariableNode, render_value_in_context
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral
from django.templatetags.i18n import BlockTranslateNode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tocsin.delivery.straight import straight, straighten


def quicker(node: Node) -> Node:
    """A node that writes the same with less work, where there is one. What is inside of it was looked at before."""
    straighten(node)
    if type(node) is VariableNode:
        return Value(node)
    if type(node) is BlockTranslateNode and not (node.plural or node.countervar or node.asvar or node.message_context):
        return Sentence(node)
    if type(node) is ForNode and len(node.loopvars) == 1 and not node.is_reversed:
        return Loop(node)
    return Choice(node) if type(node) is IfNode else node


class Value(VariableNode):
    """A value in its place."""

    def __init__(self, like: VariableNode) -> None:
        super().__init__(straight(like.filter_expression))
        self.token, self.origin = like.token, like.origin

    def render(self, context: Context) -> str:
        """Write the value, escaped."""
        return _written(self.filter_expression.resolve(context), context)

    render_annotated = render  # Django's own only adds where in a template an error came from, while debugging


class Sentence(Node):
    """A translated sentence with places for values."""

    def __init__(self, like: BlockTranslateNode) -> None:
        told, self._names = like.render_token_list(like.singular)
        self._told, self._like = gettext(told), like
        self._more = {name: straight(value) for name, value in like.extra_context.items()}
        self.token, self.origin = like.token, like.origin

    def render(self, context: Context) -> str:
        """Write the sentence with its values, escaped; a sentence that lacks a place is left to Django."""
        more = self._more
        found = {name: more[name].resolve(context) if name in more else context.get(name, "") for name in self._names}
        data = {name: _written(value, context) for name, value in found.items()}
        try:
            return self._told % data
        except (KeyError, ValueError):
            return str(self._like.render(context))


def _written(value: object, context: Context) -> str:
    """A value as it is written. Nearly all are plain text, for which Django's way through time zones, number formats
    and lazy sentences only ends in the same escaping, of which letters and digits need none."""
    if context.autoescape and type(value) is str:
        return value if value.isalnum() else html.escape(value)
    return value if type(value) is SafeString else render_value_in_context(value, context)


class Turns(dict[str, object]):
    """What Django calls `forloop`. Few loops ask for it, so that what it says is worked out when asked for."""

    def __init__(self, many: int, around: object) -> None:
        super().__init__(parentloop=around)
        self.many = many
        self.at = 0

    def __missing__(self, name: str) -> int | bool:
        at, left = self.at, self.many - self.at
        told = {"counter": at + 1, "counter0": at, "revcounter": left, "revcounter0": left - 1}
        return {**told, "first": at == 0, "last": left == 1}[name]


class Loop(ForNode):
    """A loop with one name."""

    def __init__(self, like: Any) -> None:
        super().__init__(like.loopvars, like.sequence, like.is_reversed, like.nodelist_loop, like.nodelist_empty)
        self.token, self.origin = like.token, like.origin
        self._inside = [node.render_annotated for node in like.nodelist_loop]

    def render(self, context: Context) -> SafeString:
        """Write the inside for each value, or what stands there where there is none."""
        sequence, otherwise, name = self.sequence, self.nodelist_empty, self.loopvars[0]
        values: Any = sequence.resolve(context, ignore_failures=True)  # type: ignore[union-attr]
        values = () if values is None else values if hasattr(values, "__len__") else list(values)
        if not len(values):
            return otherwise.render(context)  # type: ignore[union-attr]
        turns, written = Turns(len(values), context.get("forloop", {})), list[str]()
        with context.push() as scope:
            scope["forloop"] = turns
            for turns.at, value in enumerate(values):
                scope[name] = value
                written += [write(context) for write in self._inside]
        return SafeString("".join(written))

    render_annotated = render


class Choice(IfNode):
    """Conditions, and what is written where the first of them that holds."""

    def __init__(self, like: Any) -> None:
        super().__init__(like.conditions_nodelists)
        self.token, self.origin = like.token, like.origin
        self._ways = [(_test(condition), _writer(inside)) for condition, inside in like.conditions_nodelists]

    def render(self, context: Context) -> str:
        """Write what stands behind the first condition that holds."""
        for test, write in self._ways:
            try:
                holds = test(context)
            except VariableDoesNotExist:
                continue
            if holds:
                return write(context)
        return ""

    render_annotated = render


def _test(condition: Any) -> Callable[[Context], object]:
    if condition is None:  # `else`
        return lambda _: True
    if type(condition) is TemplateLiteral:
        value: Any = condition.value
        return partial(value.resolve, ignore_failures=True)
    evaluate: Callable[[Context], object] = condition.eval
    return evaluate


def _writer(inside: NodeList) -> Callable[[Context], str]:
    said = [node.s for node in inside if type(node) is TextNode]
    if len(said) < len(inside):
        return inside.render
    whole = SafeString("".join(said))
    return lambda _: whole
