"""In which order a mutant is asked, so that one that falls falls early.

First the checks that refused the bugs planted in the same function or close by, then
all the others, their stages first, and last, of what still stands, those that measure
time. The stage of learners' own tests does not judge an app.
"""

from collections.abc import Iterator, Sequence

from grader.catalogue import Problem
from grader.judge.own_tests.edits import Variation, planted_bugs
from grader.mutants.code import Code
from grader.mutants.draw import Mutant, app_code
from grader.proof.apps import App
from grader.proof.claims import Claim, refusals

# So many checks are asked before all the others.
FIRST = 4


def claims_on(mutant: Mutant, problem: Problem, stages: Sequence[int]) -> list[Claim]:
    """What is asked of a mutant, one after the other until one claim is refuted."""
    near = bugs_near(mutant, problem)
    first = [bug.stage for bug in near if bug.stage is not None]
    numbers = [n for n in dict.fromkeys([*first, *stages]) if n in stages]
    checks = [check for n in numbers for check in problem.stage(n).checks]
    timed = {check.id for check in checks if check.why.timed}
    untimed = {check.id for check in checks} - timed
    likely = set(_refusing(near, problem, untimed)[:FIRST])
    # Kinds decide what is asked: of a bug nothing that is about time.
    bug, variant = App("bug", mutant.variation), App("variant", mutant.variation)
    asked = [(bug, likely), (bug, untimed - likely), (variant, timed)]
    return [
        Claim(app, _stages(problem, numbers, ids), frozenset(ids), until_refused=True)
        for app, ids in asked
        if ids
    ]


def _stages(problem: Problem, numbers: Sequence[int], ids: set[str]) -> tuple[int, ...]:
    """Those of the stages in which one of the checks is."""
    return tuple(n for n in numbers if ids & {c.id for c in problem.stage(n).checks})


def _refusing(
    bugs: Sequence[Variation], problem: Problem, among: set[str]
) -> list[str]:
    """For each bug the check that refused it first, without repeating any."""
    known = refusals(problem)
    first = (next(iter(known.get(bug.id, ())), "") for bug in bugs)
    return [name for name in dict.fromkeys(first) if name in among]


def bugs_near(mutant: Mutant, problem: Problem) -> list[Variation]:
    """The bugs planted in the same file, those in the same function first."""
    code = Code(app_code(problem)[mutant.file])
    home = _definition(code, mutant.line)
    distances: dict[Variation, int] = {}
    for bug in planted_bugs(problem):
        places = list(_places(bug, mutant.file, code))
        if places:
            distances[bug] = min(_distance(home, place) for place in places)
    return sorted(distances, key=lambda bug: distances[bug])


def _definition(code: Code, line: int) -> tuple[int, int]:
    """The lines of the innermost function or class around a line, or only that."""
    around = [(a, b) for a, b in code.definitions() if a <= line <= b]
    return min(around, key=lambda lines: lines[1] - lines[0], default=(line, line))


def _places(bug: Variation, file: str, code: Code) -> Iterator[tuple[int, int]]:
    for edit in bug.edits:
        if edit.file == file and edit.find in code.text:
            start = code.text.index(edit.find)
            end = start + len(edit.find.rstrip())
            yield code.line(start), code.line(end)


def _distance(one: tuple[int, int], other: tuple[int, int]) -> int:
    """How many lines lie between two pieces of code."""
    return max(0, one[0] - other[1], other[0] - one[1])
