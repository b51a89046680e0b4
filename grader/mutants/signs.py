"""Signs between two things: comparisons, sums, `and` and `or`."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from grader.mutants.code import Change, Code

Signs = Mapping[type, tuple[str, str]]

BOUNDARIES: Signs = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
OPPOSITES: Signs = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
SUMS: Signs = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
}
SETS: Signs = {ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&")}


def boundary(node: ast.AST, code: Code) -> Iterator[Change]:
    """`<` becomes `<=`."""
    return _signs(node, code, BOUNDARIES)


def comparison(node: ast.AST, code: Code) -> Iterator[Change]:
    """`==` becomes `!=`, `in` becomes `not in`, `<` becomes `>=`."""
    return _signs(node, code, OPPOSITES)


def _signs(node: ast.AST, code: Code, signs: Signs) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        sides = pairwise([node.left, *node.comparators])
        for sign, (left, right) in zip(node.ops, sides, strict=True):
            if type(sign) in signs:
                yield from _between(left, right, *signs[type(sign)], code)


def _between(
    left: ast.AST, right: ast.AST, old: str, new: str, code: Code
) -> Iterator[Change]:
    """A sign between two nodes, where only space and brackets are beside it."""
    start, end = code.end(left), code.start(right)
    sign = r"\s+".join(map(re.escape, old.split()))
    found = re.fullmatch(rf"[\s)]*({sign})[\s(]*", code.text[start:end])
    if found:
        yield Change(start + found.start(1), start + found.end(1), new)


def arithmetic(node: ast.AST, code: Code) -> Iterator[Change]:
    """`+` becomes `-`, `*` becomes `//`; a minus before something goes."""
    if isinstance(node, ast.BinOp) and type(node.op) in SUMS:
        yield from _between(node.left, node.right, *SUMS[type(node.op)], code)
    elif isinstance(node, ast.AugAssign) and type(node.op) in SUMS:
        old, new = SUMS[type(node.op)]
        yield from _between(node.target, node.value, f"{old}=", f"{new}=", code)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield Change(code.start(node), code.start(node) + 1, "")


def logic(node: ast.AST, code: Code) -> Iterator[Change]:
    """`and` becomes `or`, `&` becomes `|`."""
    if isinstance(node, ast.BoolOp):
        conjunction = isinstance(node.op, ast.And)
        old, new = ("and", "or") if conjunction else ("or", "and")
        for left, right in pairwise(node.values):
            yield from _between(left, right, old, new, code)
    elif isinstance(node, ast.BinOp) and type(node.op) in SETS:
        yield from _between(node.left, node.right, *SETS[type(node.op)], code)
