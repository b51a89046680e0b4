"""Finds what a module defines, by name, and replaces the lines that it stands on."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Change:
    """Lines `first` to `last` (from 1, inclusive) become `lines`."""

    first: int
    last: int
    lines: list[str]


def statements(text: str) -> Iterator[tuple[str, ast.stmt]]:
    """Each statement with the name that it defines, or ""; members as "Class.name"."""
    for node in ast.parse(text).body:
        yield name_of(node), node
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                yield f"{node.name}.{name_of(member)}", member


def name_of(node: ast.stmt) -> str:
    if isinstance(node, Definition):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


def changed(lines: list[str], changes: Iterable[Change]) -> list[str]:
    lines = list(lines)
    for change in sorted(changes, key=lambda c: c.first, reverse=True):
        lines[change.first - 1 : change.last] = change.lines
    return lines


def first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(d.lineno for d in decorators)])


def last_line(node: ast.stmt) -> int:
    assert node.end_lineno
    return node.end_lineno


def with_comments(lines: list[str], first: int) -> int:
    """The line where the comment right above a definition begins."""
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return first


def tidy(lines: list[str]) -> str:
    """At most two blank lines in a row, also where something was taken out."""
    kept: list[str] = []
    for line in lines:
        if line or kept[-2:] != ["", ""]:
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"
