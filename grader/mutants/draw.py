"""Draws mutants of a reference: from each operator's in turn, in an order by seed."""

import ast
import random
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from grader.catalogue import Problem
from grader.judge.own_tests.edits import Edit, Files, Variation, read_files
from grader.mutants.code import Change, Code
from grader.mutants.operators import OPERATORS, Operator
from grader.paths import SOLUTIONS

# The past, which every app is given.
GIVEN = "migrations/versions/0001_legacy.py"


@dataclass(frozen=True)
class Mutant:
    """The reference with one thing changed; line and column count from 1."""

    operator: str
    file: str
    line: int
    column: int
    edit: Edit

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def variation(self) -> Variation:
        name = f"{self.operator} {self.place}"
        return Variation(name, {"en": name, "zh": name}, (self.edit,))


def drawn(problem: Problem, count: int, seed: int) -> list[Mutant]:
    """So many mutants, or all; a larger sample of the same seed begins with them."""
    codes = {name: Code(text) for name, text in app_code(problem).items()}
    found: dict[Edit, Mutant] = {}
    for operator, file, change in _in_turn(codes, seed):
        if len(found) == count:
            break
        mutant = made(operator, file, codes[file], change)
        if mutant.edit not in found and is_another(mutant.edit, codes[file]):
            found[mutant.edit] = mutant
    return list(found.values())


def app_code(problem: Problem) -> Files:
    """The modules that the app runs, by their paths in its package."""
    package = read_files(SOLUTIONS / problem.slug, ".")
    short = {name.removeprefix("./"): text for name, text in package.items()}
    return {
        name: text
        for name, text in short.items()
        if name.endswith(".py") and not name.startswith("tests/") and name != GIVEN
    }


def _in_turn(codes: Mapping[str, Code], seed: int) -> Iterator[tuple[str, str, Change]]:
    """One of each operator, then one of each again; with the file that it changes."""
    rows = []
    for name, operator in OPERATORS.items():
        found = [
            (name, file, change)
            for file, code in codes.items()
            for change in changes(operator, code)
        ]
        # An order of its own, which other operators do not change.
        random.Random(f"{seed} {name}").shuffle(found)
        rows.append(found)
    for turn in zip_longest(*rows):
        yield from (one for one in turn if one)


def changes(operator: Operator, code: Code) -> Iterator[Change]:
    """All that an operator can do to a module."""
    for node in code.changeable:
        yield from operator(node, code)


def made(operator: str, file: str, code: Code, change: Change) -> Mutant:
    line, column = code.line(change.start), code.column(change.start)
    return Mutant(operator, file, line, column, edit_of(file, code, change))


def edit_of(file: str, code: Code, change: Change) -> Edit:
    """The lines of a change, with as many around them as tell the place."""
    first, last = code.line(change.start), code.line(change.end)
    while code.text.count(find := code.whole_lines(first, last)) > 1:
        first, last = max(1, first - 1), min(code.last_line, last + 1)
    start = code.text.index(find)
    before = code.text[start : change.start]
    after = code.text[change.end : start + len(find)]
    return Edit(file, find, f"{before}{change.new}{after}")


def is_another(edit: Edit, code: Code) -> bool:
    """Whether it compiles, and says something else than the reference."""
    after = code.text.replace(edit.find, edit.replace)
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(after, edit.file, "exec")
    except SyntaxError:
        return False
    return ast.dump(ast.parse(after)) != code.meaning
