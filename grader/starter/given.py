"""Derives the package `given` from the blog: what it teaches, others are given.

`given.toml` lists the files. The blog is renamed in them, and imports that nothing uses
any more are taken out. A head names the source, and the digest in it shows whether the
file still is what was written here: what was edited by hand is not overwritten.
"""

import ast
import difflib
import hashlib
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from grader.catalogue import GIVEN
from grader.errors import SetupError
from grader.paths import ROOT, SOLUTIONS
from grader.starter.blanks import STAND_INS
from grader.starter.source import (
    Change,
    changed,
    first_line,
    last_line,
    statements,
    tidy,
    with_comments,
)

HOME = SOLUTIONS / GIVEN
SOURCE = "blog"
HEAD = (
    "# Generated from {source} by nox -s starter: edit that file.\n"
    "# Digest of the lines below: {digest}\n"
)
WIDTH = 88


def write(home: Path | None = None) -> None:
    """Write the derived files; SetupError, and nothing written, if one was edited."""
    home = home or HOME
    texts = derived()
    for name, text in texts.items():
        refuse_if_edited(home / name, _source(name), text)
    for name, text in texts.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def derived() -> dict[str, str]:
    """The text of each file that is derived, by its name in the package."""
    parts = tomllib.loads(Path(__file__).with_name("given.toml").read_text("utf-8"))
    names = [*parts["whole"], *parts["only"], *parts["without"]]
    return {name: with_head(name, derive(name, parts)) for name in sorted(names)}


def refuse_if_edited(path: Path, source: Path, text: str) -> None:
    """SetupError, with the difference to `text`, if a file is not as it was written."""
    if not path.exists():
        return
    found = path.read_text("utf-8")
    if is_as_written(found):
        return
    ours, theirs = (t.splitlines(keepends=True) for t in (text, found))
    difference = "".join(difflib.unified_diff(ours, theirs, "generated", "edited"))
    raise SetupError("given_edited", path=path, source=source, difference=difference)


def is_as_written(text: str) -> bool:
    """Whether the digest in the head is that of what follows it."""
    *head, below = text.split("\n", HEAD.count("\n"))
    return bool(head) and head[-1].endswith(f" {_digest(below)}")


def with_head(name: str, text: str) -> str:
    source = _source(name).relative_to(ROOT).as_posix()
    return HEAD.format(source=source, digest=_digest(text)) + text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _source(name: str) -> Path:
    """A file of the blog; what only its starter has is a stand-in."""
    path = SOLUTIONS / SOURCE / name
    return path if path.exists() else STAND_INS / SOURCE / name


def derive(name: str, parts: dict[str, Any]) -> str:
    """A file of the blog as the others are given it; `parts` is `given.toml`."""
    text = _source(name).read_text("utf-8")
    named = {n for n, _ in statements(text) if n and not n.endswith(".")}
    gone = set(parts["without"].get(name, ()))
    if only := set(parts["only"].get(name, ())):
        gone = {n for n in named if "." not in n} - only
    if missing := (gone | only) - named:
        raise ValueError(f"{name} has no {', '.join(sorted(missing))}")
    if gone:
        text = without_unused_imports(without(text, gone))
    return re.sub(rf"\b{SOURCE}\b", GIVEN, text)


def without(text: str, names: Collection[str]) -> str:
    """The text without the definitions and assignments of these names."""
    lines = text.splitlines()
    changes = [
        Change(with_comments(lines, first_line(node)), last_line(node), [])
        for name, node in statements(text)
        if name in names
    ]
    return tidy(changed(lines, changes))


def without_unused_imports(text: str) -> str:
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = text.splitlines()
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        kept = [a for a in node.names if (a.asname or a.name) in used]
        if len(kept) < len(node.names):
            first = node.lineno - 1
            lines[first : last_line(node)] = _again(node, kept)
            # Where a whole group of imports went, one blank line is left and not two.
            if lines[first - 1 : first + 1] == ["", ""]:
                del lines[first]
    return tidy(lines)


def _again(node: ast.Import | ast.ImportFrom, kept: list[ast.alias]) -> list[str]:
    """The import of what is kept, on one line where it fits."""
    if not kept:
        return []
    node.names = kept
    line = ast.unparse(node)
    if len(line) <= WIDTH:
        return [line]
    opening = line.partition(" import ")[0]
    names = [f"    {ast.unparse(alias)}," for alias in kept]
    return [f"{opening} import (", *names, ")"]
