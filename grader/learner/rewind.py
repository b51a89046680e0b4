"""Takes some definitions of a module back to what the starter has; the rest stays."""

import ast
from collections.abc import Collection, Mapping, Sequence

from grader.learner.definitions import Callable, Definition, definitions, lines_of

UNWRITTEN = "NotWritten"


def rewound(
    mine: str,
    fresh: str,
    names: Sequence[str],
    others: Mapping[str, Collection[str]] | None = None,
) -> str:
    """`mine` with the definitions `names` as in `fresh`, or without those it lacks.

    `others` are definitions in which statements stay that use one of some names.
    SyntaxError or ValueError when `mine` is not Python.
    """
    lines = lines_of(mine)
    there, wanted = definitions(fresh), set(names)
    for name in names:
        if name.rpartition(".")[0] in wanted:
            continue
        stays = (others or {}).get(name, ())
        lines = _one(lines, lines_of(fresh), there, name, stays)
    text = "\n".join(_with_import(lines, fresh))
    ast.parse(text)
    return text.replace("\n", "\r\n") if "\r\n" in mine else text


def _one(
    lines: list[str],
    fresh: list[str],
    there: list[Definition],
    name: str,
    stays: Collection[str],
) -> list[str]:
    mine = [d for d in definitions("\n".join(lines)) if d.name == name]
    fresh = next(
        (fresh[d.first - 1 : d.last] for d in there if d.name == name), list[str]()
    )
    if not mine and fresh:
        return _added(lines, fresh, there, name)
    for definition in reversed(mine):
        # A name that is defined twice comes back once.
        new = fresh if definition is mine[0] else []
        if new:
            new = [*new, *_staying(lines, definition, fresh, stays)]
        lines = [*lines[: definition.first - 1], *new, *lines[definition.last :]]
    return lines


def _staying(
    lines: list[str], definition: Definition, fresh: list[str], stays: Collection[str]
) -> list[str]:
    """The statements of a function that use a name of these, if they are not fresh."""
    kept: list[str] = []
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, Callable) and node.end_lineno == definition.last:
            for statement in node.body:
                names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
                text = lines[statement.lineno - 1 : statement.end_lineno]
                if names & set(stays) and not set(text) <= set(fresh):
                    kept += text
    return kept


def _added(
    lines: list[str], fresh: list[str], there: list[Definition], name: str
) -> list[str]:
    """With a definition after its neighbour in the starter, or at the end."""
    ends = {d.name: d.last for d in definitions("\n".join(lines))}
    names = [d.name for d in there]
    owner = name.rpartition(".")[0]
    before = [n for n in names[: names.index(name)] if n in ends]
    near = [n for n in before if n.rpartition(".")[0] == owner]
    anchor = near[-1] if near else owner
    at = ends.get(anchor, len(lines))
    gap = [""] if owner else ["", ""]
    return [*lines[:at], *gap, *fresh, *lines[at:]]


def _head(lines: list[str]) -> int:
    """Comments at the top stay there: one may name the encoding."""
    return next((n for n, line in enumerate(lines) if line[:1] != "#"), len(lines))


def _with_import(lines: list[str], fresh: str) -> list[str]:
    """What is unwritten raises `NotWritten`: it has to be imported."""
    text = "\n".join(lines)
    statement = next(
        (line for line in lines_of(fresh) if line.endswith(f" import {UNWRITTEN}")), ""
    )
    if not statement or UNWRITTEN not in text or statement in lines:
        return lines
    body = ast.parse(text).body
    places = [n.end_lineno or 0 for n in body if isinstance(n, ast.ImportFrom)]
    has_docstring = body and isinstance(body[0], ast.Expr)
    top = (body[0].end_lineno or 0) if has_docstring else _head(lines)
    at = max(places, default=top)
    return [*lines[:at], statement, *lines[at:]]
