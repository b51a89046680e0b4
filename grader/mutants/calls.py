"""Calls and their arguments, and the clauses of a query."""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from grader.mutants.code import PROSE, Change, Code, called

# Methods whose call can be left out of a chain.
CLAUSES = {
    *("asc", "correlate", "desc", "distinct", "execution_options", "filter"),
    *("group_by", "having", "limit", "nulls_first", "nulls_last", "offset"),
    *("on_conflict_do_nothing", "options", "order_by", "with_for_update"),
}
# Calls whose arguments count each by itself.
LISTS = {"where", "order_by", "group_by", "having", "options", "and_", "or_", "any"}
# Calls that say the same in any order of their arguments.
UNORDERED = {
    *("all", "and_", "gather", "having", "isinstance", "max", "min", "options"),
    *("or_", "where"),
}


def where(node: ast.AST, code: Code) -> Iterator[Change]:
    """A query loses its `where`."""
    return _left_out(node, code, {"where"})


def clause(node: ast.AST, code: Code) -> Iterator[Change]:
    """A query loses its order, its lock, its limit."""
    return _left_out(node, code, CLAUSES)


def _left_out(node: ast.AST, code: Code, names: set[str]) -> Iterator[Change]:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    ):
        yield Change(code.end(node.func.value), code.end(node), "")


def part(node: ast.AST, code: Code) -> Iterator[Change]:
    """One of several conditions, columns or elements is left out."""
    parts: Sequence[ast.expr] = ()
    match node:
        case ast.Call() if called(node) in LISTS and not node.keywords:
            parts = node.args
        case ast.List(ctx=ast.Load()) | ast.Set():
            parts = node.elts
        case ast.Tuple(ctx=ast.Load()) if len(node.elts) > 2:
            parts = node.elts
    if len(parts) > 1:
        yield from _without_each(parts, code)


def keyword(node: ast.AST, code: Code) -> Iterator[Change]:
    """A keyword argument is left out."""
    if isinstance(node, ast.Call):
        told = [*node.args, *node.keywords]
        told.sort(key=code.start)
        changes = list(_without_each(told, code))
        for argument, change in zip(told, changes, strict=True):
            if isinstance(argument, ast.keyword) and argument.arg not in (None, *PROSE):
                yield change


def _without_each(parts: Sequence[ast.AST], code: Code) -> Iterator[Change]:
    """Each part left out, with the comma beside it."""
    for i, one in enumerate(parts):
        if i + 1 < len(parts):
            yield Change(code.start(one), code.start(parts[i + 1]), "")
        else:
            start = code.end(parts[i - 1]) if i else code.start(one)
            yield Change(start, code.end(one), "")


def swapped(node: ast.AST, code: Code) -> Iterator[Change]:
    """Two arguments beside each other change places."""
    if isinstance(node, ast.Call) and called(node) not in UNORDERED:
        for one, two in pairwise(node.args):
            if not isinstance(one, ast.Starred) and not isinstance(two, ast.Starred):
                between = code.text[code.end(one) : code.start(two)]
                new = f"{code.of(two)}{between}{code.of(one)}"
                yield Change(code.start(one), code.end(two), new)
