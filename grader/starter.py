"""Writes a problem's starter from its reference: what a stage teaches is taken out.

The catalogue names what each stage blanks, as "file:name". A blanked definition keeps
its signature and docstring; its body is that of the stand-in of the same name, where
there is one in `stand_ins/`, else it answers 501 with its stage. "file:-name" is taken
out whole. Stand-in files that the reference does not have are added as they are.

The package `given` is copied as it is. What the blog teaches and the others are given
has one source: those files of `given` are the blog's, with its name in place of blog's.
"""

import ast
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.catalogue import GIVEN, Problem
from grader.paths import ROOT, SOLUTIONS, STARTER

STAND_INS = ROOT / "grader" / "stand_ins"
FROM_BLOG = (
    "database.py",
    "logs.py",
    "metrics.py",
    "middleware.py",
    "pagination.py",
    "security.py",
)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Change:
    """Lines `first` to `last` (from 1, inclusive) become `lines`."""

    first: int
    last: int
    lines: list[str]


def write_given() -> None:
    """Write those files of the given code that are the blog's."""
    for name in FROM_BLOG:
        _write(SOLUTIONS / GIVEN / name, given_from_blog(name))


def given_from_blog(name: str) -> str:
    text = (SOLUTIONS / "blog" / name).read_text("utf-8")
    return re.sub(r"\bblog\b", GIVEN, text)


def write(problem: Problem, target: Path = STARTER) -> Path:
    """Write a problem's packages anew; what was there and differs is kept in a backup.

    Returns the problem's own package.
    """
    with tempfile.TemporaryDirectory() as scratch:
        build(problem, Path(scratch))
        for name in problem.packages:
            replace(target / name, Path(scratch) / name)
    return target / problem.slug


def replace(package: Path, fresh: Path) -> None:
    if package.exists():
        if same(package, fresh):
            return
        stamp = f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        package.rename(package.with_name(f".{package.name}-backup-{stamp}"))
    shutil.copytree(fresh, package)


def is_fresh(problem: Problem, target: Path = STARTER) -> bool:
    """Whether the packages in `target` are what the generator writes."""
    with tempfile.TemporaryDirectory() as scratch:
        build(problem, Path(scratch))
        return all(same(Path(scratch) / n, target / n) for n in problem.packages)


def build(problem: Problem, target: Path) -> None:
    """Write the starter's packages into the folder `target`."""
    if problem.given:
        _copy(SOLUTIONS / GIVEN, target / GIVEN)
    reference, stand_ins = SOLUTIONS / problem.slug, STAND_INS / problem.slug
    package = target / problem.slug
    for source in files_of(reference):
        name = source.relative_to(reference)
        if any(name.match(pattern) for pattern in problem.left_out):
            continue
        text = source.read_text("utf-8")
        if source.suffix == ".py":
            text = blanked(problem, name.as_posix(), text)
        _write(package / name, text)
    for source in files_of(stand_ins):
        name = source.relative_to(stand_ins)
        if not (package / name).exists():
            _write(package / name, source.read_text("utf-8"))


def _copy(folder: Path, target: Path) -> None:
    for source in files_of(folder):
        _write(target / source.relative_to(folder), source.read_text("utf-8"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def files_of(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""

    def contents(folder: Path) -> dict[str, bytes]:
        return {
            p.relative_to(folder).as_posix(): p.read_bytes() for p in files_of(folder)
        }

    return contents(one) == contents(other)


def blanked(problem: Problem, name: str, text: str) -> str:
    """The text of one file without what the stages teach."""
    wanted: dict[str, int] = {}
    removed: set[str] = set()
    for stage in problem.stages:
        for blank in stage.blanks:
            file, _, definition = blank.partition(":")
            if file == name:
                wanted[definition.lstrip("-")] = stage.number
                removed |= {definition[1:]} if definition.startswith("-") else set()
    if not wanted:
        return text
    path = STAND_INS / problem.slug / name
    stand_in = path.read_text("utf-8") if path.exists() else ""
    changes, unwritten = [], False
    for node in _definitions(text, wanted):
        change = _change(node, text, stand_in, wanted[_name(node)])
        if _name(node) in removed:
            change = Change(change.first, change.last, [])
        unwritten |= any("NotWritten(" in line for line in change.lines)
        changes.append(change)
    missing = wanted.keys() - {_name(node) for node in _definitions(text, wanted)}
    if missing:
        raise ValueError(f"{name} has no {', '.join(sorted(missing))}")
    lines = text.splitlines()
    for change in sorted(changes, key=lambda c: c.first, reverse=True):
        lines[change.first - 1 : change.last] = change.lines
    if unwritten:
        home = GIVEN if problem.given else problem.slug
        statement = f"from {home}.unwritten import NotWritten"
        _add_import(lines, statement, problem.packages)
    return _tidy(lines)


def _definitions(text: str, wanted: dict[str, int]) -> list[ast.stmt]:
    return [node for node in _all(ast.parse(text)) if _name(node) in wanted]


def _all(module: ast.Module) -> Iterator[ast.stmt]:
    for node in module.body:
        yield node
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                # Methods are named "Class.method".
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    member.name = f"{node.name}.{member.name}"
                    yield member


def _name(node: ast.stmt) -> str:
    if isinstance(node, Definition):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


def _change(node: ast.stmt, text: str, stand_in: str, stage: int) -> Change:
    lines = text.splitlines()
    twin = next((n for n in _all(ast.parse(stand_in)) if _name(n) == _name(node)), None)
    first = _with_comments(lines, _first_line(node))
    if not isinstance(node, Definition):
        return Change(first, _last(node), _source(twin, stand_in) if twin else [])
    kept = lines[_first_line(node) - 1 : _body_start(node, lines) - 1]
    if isinstance(twin, Definition):
        start = _body_start(twin, stand_in.splitlines())
        body = _source_lines(stand_in, start, _last(twin))
    elif isinstance(node, ast.ClassDef):
        body = [] if ast.get_docstring(node) else ["    pass"]
    else:
        indent = " " * (node.col_offset + 4)
        body = [f"{indent}raise NotWritten({stage})"]
    return Change(first, _last(node), kept + body)


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(d.lineno for d in decorators)])


def _last(node: ast.stmt) -> int:
    assert node.end_lineno
    return node.end_lineno


def _body_start(node: Definition, lines: list[str]) -> int:
    """The first line after the signature and the docstring, comments included."""
    if ast.get_docstring(node) is not None:
        return _last(node.body[0]) + 1
    return _with_comments(lines, _first_line(node.body[0]))


def _with_comments(lines: list[str], first: int) -> int:
    """The line where the comment right above a definition begins."""
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return first


def _source(node: ast.stmt, text: str) -> list[str]:
    return _source_lines(text, _first_line(node), _last(node))


def _source_lines(text: str, first: int, last: int) -> list[str]:
    return text.splitlines()[first - 1 : last]


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
        lines.insert(_last(before[-1]), statement)
    elif own:
        lines.insert(_first_line(own[0]) - 1, statement)
    elif imports:
        lines[_last(imports[-1]) : _last(imports[-1])] = ["", statement]
    else:
        lines[_last(tree.body[0]) : _last(tree.body[0])] = ["", statement]


def _tidy(lines: list[str]) -> str:
    """At most two blank lines in a row, also where something was taken out."""
    kept: list[str] = []
    for line in lines:
        if line or kept[-2:] != ["", ""]:
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"
