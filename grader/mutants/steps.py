"""Steps and conditions: what is done, and when."""

import ast
from collections.abc import Iterator, Sequence

from grader.mutants.code import Change, Code


def operand(node: ast.AST, code: Code) -> Iterator[Change]:
    """A part of `and` or `or` counts no more; `not` goes."""
    if isinstance(node, ast.BoolOp):
        neutral = repr(isinstance(node.op, ast.And))
        for value in node.values:
            yield Change(code.start(value), code.end(value), neutral)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Change(code.start(node), code.start(node.operand), "")


def condition(node: ast.AST, code: Code) -> Iterator[Change]:
    """What is asked is always so, or never."""
    tests: Sequence[ast.expr] = ()
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        if not isinstance(test, ast.Constant):
            for always in ("True", "False"):
                yield Change(code.start(test), code.end(test), always)


def statement(node: ast.AST, code: Code) -> Iterator[Change]:
    """A call, a write to an attribute, a `raise` or a bare `return` is left out."""
    match node:
        case ast.Expr(value=ast.Call()):
            pass
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            pass
        case ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Return(value=None):
            pass
        case _:
            return
    yield Change(code.start(node), code.end(node), "pass")


def loop(node: ast.AST, code: Code) -> Iterator[Change]:
    """`break` becomes `continue`."""
    if isinstance(node, ast.Break | ast.Continue):
        other = "continue" if isinstance(node, ast.Break) else "break"
        yield Change(code.start(node), code.end(node), other)


def unawaited(node: ast.AST, code: Code) -> Iterator[Change]:
    """An `await` whose value nobody uses is dropped."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Await):
        yield Change(code.start(node), code.start(node.value.value), "")


def handler(node: ast.AST, code: Code) -> Iterator[Change]:
    """An `except` catches nothing."""
    if isinstance(node, ast.ExceptHandler) and node.type:
        yield Change(code.start(node.type), code.end(node.type), "()")
