"""Which tests can see a planted bug: those that execute the lines that it changes.

This sets the order of a run, never its verdict: a bug counts as missed only after every
test has run.
"""

import ast
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.judge.own_tests.edits import Files


@dataclass(frozen=True)
class Order:
    """What a traced run on the reference has shown."""

    files: Files
    # By file: the tests that executed each line.
    lines: Mapping[str, Mapping[str, Sequence[str]]]
    seconds: Mapping[str, float]

    @classmethod
    def of(cls, package: str, files: Files, notes: Mapping[str, Any]) -> "Order":
        """From the notes of the run, whose paths begin below the package."""
        lines = {f"{package}/{n}": by for n, by in notes.get("lines", {}).items()}
        return cls(files, lines, notes.get("seconds", {}))

    def first(self, changed: Files) -> tuple[str, ...]:
        """The tests that execute a changed line, the quickest first.

        None of them when a change is executed by no test in particular.
        """
        tests: set[str] = set()
        for name in changed.keys() | self.files.keys():
            before, after = self.files.get(name, ""), changed.get(name, "")
            if before != after and "/tests/" not in name:
                executed = self.lines.get(name, {})
                for line in changed_lines(before, after):
                    tests.update(executed.get(str(line), ()))
        if "" in tests:
            return ()
        return tuple(sorted(tests, key=lambda test: self.seconds.get(test, 0.0)))


def changed_lines(before: str, after: str) -> set[int]:
    """Numbers of the lines of Python that differ, with the rest of their statements."""
    old, new = before.splitlines(), after.splitlines()
    changed: set[int] = set()
    for kind, start, end, *_ in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind == "insert":
            # What stands before and after what is new.
            changed |= {start, start + 1}
        elif kind != "equal":
            changed |= set(range(start + 1, end + 1))
    whole = [lines for lines in statements(before) if changed & set(lines)]
    return changed.union(*whole)


def statements(source: str) -> Iterator[range]:
    """The lines of each statement; of a compound one, those of its head."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
            yield range(node.lineno, max(end, node.lineno + 1))
