"""Values and names."""

import ast
import re
from collections.abc import Iterator

from grader.mutants.code import Change, Code, called

# Names of functions and methods, and what is called in their place.
TWINS = {
    "all": "any",
    "and_": "or_",
    "any": "all",
    "append": "appendleft",
    "appendleft": "append",
    "ceil": "floor",
    "floor": "ceil",
    "max": "min",
    "min": "max",
    "or_": "and_",
    "pop": "popleft",
    "popleft": "pop",
}
WORD = re.compile(r"[\w.:/-]+", re.ASCII)


def number(node: ast.AST, code: Code) -> Iterator[Change]:
    """A number becomes the next, and the one before."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        # Of flags, another operator makes the opposite.
        both = () if isinstance(node.value, bool) else (node.value + 1, node.value - 1)
        for value in both:
            if value >= 0:
                yield Change(code.start(node), code.end(node), repr(value))


def flag(node: ast.AST, code: Code) -> Iterator[Change]:
    """`True` becomes `False`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield Change(code.start(node), code.end(node), repr(not node.value))


def word(node: ast.AST, code: Code) -> Iterator[Change]:
    """A name in quotes becomes another name."""
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and WORD.fullmatch(node.value)
    ):
        text = code.of(node)
        quote = min(text.find(q) for q in "\"'" if q in text)
        place = code.start(node) + quote + 1
        yield Change(place, place, "x")


def twin(node: ast.AST, code: Code) -> Iterator[Change]:
    """`min` becomes `max`, `any` becomes `all`."""
    if isinstance(node, ast.Call) and (name := called(node)) in TWINS:
        end = code.end(node.func)
        yield Change(end - len(name), end, TWINS[name])
