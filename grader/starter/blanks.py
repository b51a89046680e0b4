"""Takes out of a module what the stages of its problem teach.

A blanked definition keeps its signature and docstring. Its body is that of the stand-in
of the same name in `stand_ins/`; where there is none, it answers 501 with its stage.
"file:-name" is taken out whole.
"""

import ast
from collections.abc import Sequence

from grader.catalogue import GIVEN, Problem
from grader.paths import ROOT
from grader.starter.source import (
    Change,
    Definition,
    changed,
    first_line,
    last_line,
    statements,
    tidy,
    with_comments,
)

STAND_INS = ROOT / "grader" / "stand_ins"


def blanked(problem: Problem, name: str, text: str) -> str:
    """The text of one file without what the stages teach."""
    stages, removed = _wanted(problem, name)
    if not stages:
        return text
    path = STAND_INS / problem.slug / name
    stand_in = path.read_text("utf-8") if path.exists() else ""
    found = {n: node for n, node in statements(text) if n in stages}
    if missing := stages.keys() - found.keys():
        raise ValueError(f"{name} has no {', '.join(sorted(missing))}")
    changes = [_change(n, node, text, stand_in, stages[n]) for n, node in found.items()]
    changes = [
        Change(change.first, change.last, []) if n in removed else change
        for n, change in zip(found, changes, strict=True)
    ]
    lines = changed(text.splitlines(), changes)
    if any("NotWritten(" in line for change in changes for line in change.lines):
        home = GIVEN if problem.given else problem.slug
        statement = f"from {home}.unwritten import NotWritten"
        _add_import(lines, statement, problem.packages)
    return tidy(lines)


def _wanted(problem: Problem, name: str) -> tuple[dict[str, int], set[str]]:
    """The stage of each name that a file loses, and the names that go whole."""
    stages: dict[str, int] = {}
    removed: set[str] = set()
    for stage in problem.stages:
        for blank in stage.blanks:
            file, _, definition = blank.partition(":")
            if file == name:
                stages[definition.lstrip("-")] = stage.number
                removed |= {definition[1:]} if definition.startswith("-") else set()
    return stages, removed


def _change(name: str, node: ast.stmt, text: str, stand_in: str, stage: int) -> Change:
    lines = text.splitlines()
    twin = next((n for other, n in statements(stand_in) if other == name), None)
    first = with_comments(lines, first_line(node))
    if not isinstance(node, Definition):
        return Change(first, last_line(node), _source(twin, stand_in) if twin else [])
    kept = lines[first_line(node) - 1 : _body_start(node, lines) - 1]
    if isinstance(twin, Definition):
        start = _body_start(twin, stand_in.splitlines())
        body = stand_in.splitlines()[start - 1 : last_line(twin)]
    elif isinstance(node, ast.ClassDef):
        body = [] if ast.get_docstring(node) else ["    pass"]
    else:
        indent = " " * (node.col_offset + 4)
        body = [f"{indent}raise NotWritten({stage})"]
    return Change(first, last_line(node), kept + body)


def _source(node: ast.stmt, text: str) -> list[str]:
    return text.splitlines()[first_line(node) - 1 : last_line(node)]


def _body_start(node: Definition, lines: list[str]) -> int:
    """The first line after the signature and the docstring, comments included."""
    if ast.get_docstring(node) is not None:
        return last_line(node.body[0]) + 1
    return with_comments(lines, first_line(node.body[0]))


def _add_import(lines: list[str], statement: str, packages: Sequence[str]) -> None:
    """Put an import where isort would, among those of the target's packages."""
    module = statement.split()[1]
    tree = ast.parse("\n".join(lines))
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    own = [
        n
        for n in imports
        if isinstance(n, ast.ImportFrom) and (n.module or "").split(".")[0] in packages
    ]
    before = [n for n in own if (n.module or "") < module]
    if before:
        lines.insert(last_line(before[-1]), statement)
    elif own:
        lines.insert(first_line(own[0]) - 1, statement)
    elif imports:
        lines[last_line(imports[-1]) : last_line(imports[-1])] = ["", statement]
    else:
        lines[last_line(tree.body[0]) : last_line(tree.body[0])] = ["", statement]
