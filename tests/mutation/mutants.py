# SPDX-License-Identifier: Apache-2.0
"""Small mistakes in a module, one at a time: what a tired person could have typed instead. A test suite that does not
notice one does not hold that line. Words that people read are left alone; so are types.

The kinds are those of the literature (DeMillo, Lipton, Sayward 1978; "sufficient operators", Offutt 1996): relations,
connectives, constants, statements left out, and for SQL in texts the like of these.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

RELATIONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
SQL = ((" <= ", " < "), (" IS NULL", " IS NOT NULL"), (" AND ", " OR "), ("tries + 1", "tries"), ("ORDER BY free_at, ",
       "ORDER BY "), (" LIMIT 1", " LIMIT 0"), ("free_at = ", "due_at = "))  # fmt: skip
PROSE = frozenset({"because"})
"""Arguments that are sentences for people."""
LOG = "_log"
"""Whose first argument is one too."""


class Mutant(NamedTuple):
    """One mistake: where, what, and the module with it."""

    line: int
    what: str
    tree: ast.Module


class _Changer(ast.NodeTransformer):
    """Makes the mistake of one number, and counts all there could be."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen, self.made = wanted, 0, (0, "")

    def _here(self, node: ast.AST, what: str) -> bool:
        self.seen += 1
        if self.seen - 1 != self.wanted:
            return False
        self.made = (getattr(node, "lineno", 0), what)
        return True

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = [changed for each in node.body if (changed := self.visit(each)) is not None]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant):  # a docstring
            return node
        if self._here(node, "left out"):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return ast.copy_location(ast.Pass(), node) if self._here(node, "not raised") else node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        gives = node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)
        if gives and self._here(node, "returns nothing"):
            return ast.copy_location(ast.Return(ast.Constant(None)), node)
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if self._here(node, "asked the other way round"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
            return node
        return self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        if self._here(node, "chosen the other way round"):
            node.body, node.orelse = node.orelse, node.body
            return node
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        other = RELATIONS[type(node.ops[0])]
        if self._here(node, f"{type(node.ops[0]).__name__} is {other.__name__}"):
            node.ops[0] = other()
            return node
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        if self._here(node, "and is or" if isinstance(node.op, ast.And) else "or is and"):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return node
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if isinstance(node.op, ast.BitOr | ast.Sub | ast.Add) and self._here(node, "without what is right"):
            return node.left
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == LOG:
            node.args[1:] = [self.visit(each) for each in node.args[1:]]
            return node
        return self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> ast.AST:
        if len(node.elts) > 1 and self._here(node, "without the last"):
            node.elts = node.elts[:-1]
            return node
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return node if node.arg in PROSE else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        for each in node.values:
            if isinstance(each, ast.Constant):
                self._sql(each)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            other: object = not value
        elif isinstance(value, int):
            other = value + 1
        elif isinstance(value, bytes):
            other = value + b"x"
        elif isinstance(value, str) and not self._sql(node):
            other = f"{value}x"
        else:
            return node
        return ast.copy_location(ast.Constant(other), node) if self._here(node, f"{value!r} is another") else node

    def _sql(self, node: ast.Constant) -> bool:
        text = str(node.value)
        for old, new in SQL:
            if old in text and self._here(node, f"{old.strip()} is {new.strip()}"):
                node.value = text.replace(old, new, 1)
        return "SELECT" in text or "UPDATE" in text


def count(source: str) -> int:
    """How many mistakes there are to make."""
    changer = _Changer(-1)
    changer.visit(ast.parse(source))
    return changer.seen


def mutant(source: str, number: int) -> Mutant:
    """The module with one mistake."""
    changer = _Changer(number)
    tree = ast.fix_missing_locations(changer.visit(ast.parse(source)))
    return Mutant(*changer.made, tree)
