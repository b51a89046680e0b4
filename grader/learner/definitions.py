"""Finds definitions in source text: functions, classes, methods, assigned names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Callable = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Definition:
    """Lines `first` to `last`, from 1, decorators included."""

    name: str
    first: int
    last: int


def lines_of(text: str) -> list[str]:
    """Lines as Python counts them: a form feed in a string ends none."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def definitions(text: str) -> list[Definition]:
    """All of a module, in their order; methods are named "Class.method".

    SyntaxError or ValueError when the text is not Python.
    """
    return list(_walk(ast.parse("\n".join(lines_of(text))).body, ""))


def _walk(body: list[ast.stmt], prefix: str) -> Iterator[Definition]:
    for node in body:
        name = _name(node)
        if not name or node.end_lineno is None:
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        yield Definition(prefix + name, first, node.end_lineno)
        if isinstance(node, ast.ClassDef):
            members = [m for m in node.body if isinstance(m, Callable)]
            yield from _walk(list(members), f"{prefix}{name}.")


def _name(node: ast.stmt) -> str:
    if isinstance(node, Callable | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


def source(text: str, name: str) -> str:
    """The text of the last definition of that name; nothing when there is none."""
    try:
        found = [d for d in definitions(text) if d.name == name]
    except (SyntaxError, ValueError):
        return ""
    if not found:
        return ""
    return "\n".join(lines_of(text)[found[-1].first - 1 : found[-1].last])
