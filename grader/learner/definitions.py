"""Finds definitions in source text: functions, classes, methods, assigned names."""

import ast
from dataclasses import dataclass

from grader.starter.source import first_line, last_line, statements

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
    return [
        Definition(name, first_line(node), last_line(node))
        for name, node in statements("\n".join(lines_of(text)))
        # Of the members of a class only its methods.
        if name and ("." not in name or isinstance(node, Callable))
    ]


def source(text: str, name: str) -> str:
    """The text of the last definition of that name; nothing when there is none."""
    try:
        found = [d for d in definitions(text) if d.name == name]
    except (SyntaxError, ValueError):
        return ""
    if not found:
        return ""
    return "\n".join(lines_of(text)[found[-1].first - 1 : found[-1].last])
