"""Code without its prose, and what a module imports: what digests are made of."""

import ast
import hashlib
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from grader.paths import ROOT

OURS = ("grader", "tests")
# A place in a text: line from 1, column from 0, as `ast` and `tokenize` count.
Span = tuple[tuple[int, int], tuple[int, int]]


@cache
def without_prose(text: str, *, docstrings: bool) -> str:
    """Python without comments, blank lines and, unless they are kept, docstrings.

    The rest stays as it was written, so that every version of Python says the same.
    """
    lines = text.splitlines()
    spans = [*_comments(text), *([] if docstrings else _docstrings(text))]
    for (first, start), (last, end) in sorted(spans, reverse=True):
        # Columns of `ast` and `tokenize` agree only where a line is ASCII before them.
        kept = lines[first - 1][:start] + lines[last - 1][end:]
        lines[first - 1 : last] = [kept, *[""] * (last - first)]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _comments(text: str) -> Iterator[Span]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start, token.end


def _docstrings(text: str) -> Iterator[Span]:
    homes = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, homes) and ast.get_docstring(node) is not None:
            said = node.body[0]
            assert said.end_lineno
            assert said.end_col_offset is not None
            lines = text.splitlines()
            end = lines[said.end_lineno - 1].encode()[: said.end_col_offset].decode()
            yield (said.lineno, said.col_offset), (said.end_lineno, len(end))


def reached(roots: Iterable[Path]) -> frozenset[Path]:
    """The roots, and every module of the repository that they import in the end.

    A string that names a module of ours, or a Python file beside the one it stands in,
    counts as an import: that is how processes are started.
    """
    found = set(roots)
    waiting = list(found)
    while waiting:
        for path in imported(waiting.pop()) - found:
            found.add(path)
            waiting.append(path)
    return frozenset(found)


@cache
def imported(path: Path) -> frozenset[Path]:
    """The modules of ours that one module names."""
    if path.suffix != ".py":
        return frozenset()
    names: set[str] = set()
    files: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= set(node.value.split())
            if re.fullmatch(r"\w+\.py", node.value):
                files.add(path.with_name(node.value))
    named = {file for name in names for file in _files(name)}
    return frozenset(named | {file for file in files if file.is_file()})


def _files(name: str) -> Iterator[Path]:
    """The file of a module of ours, and those of the packages around it."""
    parts = name.split(".")
    if parts[0] not in OURS or not all(part.isidentifier() for part in parts):
        return
    module = ROOT.joinpath(*parts)
    if not module.is_dir() and not module.with_suffix(".py").is_file():
        return
    if (file := module.with_suffix(".py")).is_file():
        yield file
    for depth in range(1, len(parts) + 1):
        if (file := ROOT.joinpath(*parts[:depth], "__init__.py")).is_file():
            yield file


@cache
def digest_of(path: Path) -> str:
    """Of one file of ours; the prose of Python is left out."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        text = without_prose(text, docstrings=False)
    return hashlib.sha256(text.encode()).hexdigest()
