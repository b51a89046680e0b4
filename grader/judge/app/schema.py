"""What a schema depends on: the migrations, and what these import."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

from grader.catalogue import Problem
from grader.files import content, files_of
from grader.judge.app.import_path import folder_of
from grader.paths import SOLUTIONS


def schema_key(problem: Problem, target: Path) -> str:
    """A digest of the migrations and of every module of the app they import."""
    folder = target / problem.slug / "migrations"
    paths = set(files_of(folder))
    waiting = list(paths)
    while waiting:
        for found in _imported(waiting.pop(), target, problem):
            if found not in paths:
                paths.add(found)
                waiting.append(found)
    digest = hashlib.sha256(problem.slug.encode())
    for path in sorted(paths):
        said = content(path)
        digest.update(f"{path}\0{len(said)}\0".encode() + said)
    return digest.hexdigest()


def _imported(path: Path, target: Path, problem: Problem) -> Iterator[Path]:
    """The modules of the app's packages that a module names in its imports."""
    if path.suffix != ".py":
        return
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path, target)
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            package = name.split(".")[0]
            if package in problem.packages:
                folder = folder_of(package, target)
                yield from _files(folder / Path(*name.split(".")), folder)


def _absolute(node: ast.ImportFrom, path: Path, target: Path) -> str:
    if not node.level:
        return node.module or ""
    folder = target if path.is_relative_to(target) else SOLUTIONS
    home = path.relative_to(folder).parent
    for _ in range(node.level - 1):
        home = home.parent
    return ".".join([*home.parts, *([node.module] if node.module else [])])


def _files(module: Path, folder: Path) -> Iterator[Path]:
    """A module's file; importing a package runs its `__init__.py` too."""
    if (file := module.with_suffix(".py")).is_file():
        yield file
    for parent in (module, *module.parents):
        if parent == folder:
            break
        if (file := parent / "__init__.py").is_file():
            yield file
