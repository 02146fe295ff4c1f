# SPDX-License-Identifier: Apache-2.0
"""Names in templates, looked up the short way. `receipt.case` means an entry or an attribute; Django tries each as an
entry first, and for most values of ours that is an exception raised and caught for nothing. Here the kind of a value
says which of the two it can be. Filters, literals, calls, and whatever is not there are left to Django."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.template import Context
from django.template.base import FilterExpression
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral
from django.template.smartif import TokenBase


class Straight:
    """Names with dots between them, and what Django makes of the same."""

    def __init__(self, told: FilterExpression) -> None:
        self._first, *self._more = told.var.lookups
        self._told = told

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        """Look the names up, as `FilterExpression.resolve` does."""
        first = self._first
        for scope in reversed(context.dicts):  # what `context[first]` does, without a call for each value of a page
            if first in scope:
                break
        else:
            return self._told.resolve(context, ignore_failures)
        found: Any = scope[first]
        try:
            for name in self._more:
                if not _by_attribute(type(found)):  # type: ignore[arg-type]  # a class is hashable
                    return self._told.resolve(context, ignore_failures)
                found = getattr(found, name)
        except AttributeError:
            return self._told.resolve(context, ignore_failures)
        return self._told.resolve(context, ignore_failures) if callable(found) else found


@cache
def _by_attribute(kind: type) -> bool:
    """Whether values of a kind have attributes only: nothing is looked up in them by text, and they are not called."""
    has = {name for base in kind.__mro__ for name in vars(base)}
    return "__call__" not in has and ("__getitem__" not in has or issubclass(kind, tuple))


def straight(told: Any) -> Any:
    """The short way for an expression of names alone; anything else as it is."""
    names = type(told) is FilterExpression and told.is_var and not told.filters and not told.var.translate
    return Straight(told) if names and told.var.lookups else told


def straighten(node: Any) -> None:
    """Let a condition or a loop take the short way."""
    if type(node) is ForNode:
        node.sequence = straight(node.sequence)
    elif type(node) is IfNode:
        for condition, _ in node.conditions_nodelists:
            _condition(condition)


def _condition(part: TokenBase | None) -> None:
    if isinstance(part, TemplateLiteral):
        part.value = straight(part.value)
    elif part is not None:
        _condition(part.first)
        _condition(part.second)
