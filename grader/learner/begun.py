"""Which stages a learner has not begun: their code is what the starter gives."""

import ast
import tempfile
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from grader import starter
from grader.catalogue import GIVEN, Problem, Stage
from grader.files import content, files_of, source
from grader.judge.app.import_path import folder_of

# The text of each part of a package, by its name: what a stage asks for stands under
# its own name, "file.py:name", and all the rest of a file under the file's.
Parts = dict[str, list[str]]


@dataclass(frozen=True)
class Standing:
    """How the packages in a target stand to the starter's."""

    # Stages none of whose definitions was touched.
    stages: frozenset[int]
    # Whether something is different that no stage asks for: helpers, other files.
    elsewhere: bool
    # Whether nothing is different at all.
    untouched: bool

    def sure_of_nothing(self, stage: Stage) -> bool:
        """Whether this stage cannot earn a point, so that it need not be asked.

        Code that somebody wrote elsewhere may do a stage's work, and what the other
        stages ask for may do some of it.
        """
        if stage.number not in self.stages:
            return False
        if stage.own_tests or self.untouched:
            return True
        return stage.silent and not self.elsewhere


def standing(problem: Problem, target: Path) -> Standing:
    """Compare what the code of `target` says, whatever its layout and comments."""
    with tempfile.TemporaryDirectory() as scratch:
        starter.build(problem, Path(scratch))
        given, mine = (_parts(problem, Path(folder)) for folder in (scratch, target))
    changed = {name for name in {*given, *mine} if given.get(name) != mine.get(name)}
    asked = {name for stage in problem.stages for name in names_of(stage)}
    tests = files_of(target / problem.slug / "tests")
    own_tests = any(path.match("test_*.py") for path in tests)
    stages = frozenset(
        stage.number
        for stage in problem.stages
        if not (own_tests if stage.own_tests else names_of(stage) & changed)
    )
    return Standing(stages, bool(changed - asked), not changed)


def names_of(stage: Stage) -> set[str]:
    """The parts that a stage asks for."""
    blanks = (blank.partition(":") for blank in stage.blanks)
    return {f"{file}:{name.lstrip('-')}" for file, _, name in blanks}


def _parts(problem: Problem, target: Path) -> Parts:
    asked = {name for stage in problem.stages for name in names_of(stage)}
    parts = Parts()
    for package in problem.packages:
        folder = folder_of(package, target) / package
        for path in files_of(folder):
            name = path.relative_to(folder).as_posix()
            # What lies in tests/ is the matter of the stage that judges tests.
            if package == problem.slug and name.startswith("tests/"):
                continue
            prefix = f"{GIVEN}/" if package != problem.slug else ""
            for part, text in _of_file(path, prefix + name, asked):
                parts.setdefault(part, []).append(text)
    return parts


def _of_file(path: Path, name: str, asked: Set[str]) -> Iterator[tuple[str, str]]:
    read = content(path)
    try:
        body = ast.parse(source(read)[0]).body if path.suffix == ".py" else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = None
    # Also of a file that has nothing but imports: that it is there counts.
    yield name, repr(read) if body is None else ""
    for node in body or ():
        yield from _of_statement(node, name, asked)


def _of_statement(
    node: ast.stmt, file: str, asked: Set[str]
) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        # Whoever writes one stage imports for it; what is imported stands elsewhere.
        return
    name = f"{file}:{starter.name_of(node)}"
    members = [f"{name}.{starter.name_of(m)}" for m in getattr(node, "body", ())]
    if name in asked:
        yield name, ast.dump(node)
    elif isinstance(node, ast.ClassDef) and any(m in asked for m in members):
        for member, statement in zip(members, node.body, strict=True):
            yield (member if member in asked else file), ast.dump(statement)
        node.body = []
        yield file, ast.dump(node)
    else:
        yield file, ast.dump(node)
