"""Shows how far the problems have come; one problem in more detail."""

import argparse
from typing import TYPE_CHECKING

from grader.commands import PASSED, Told
from grader.texts import say

if TYPE_CHECKING:
    from rich.table import Table

    from grader.catalogue import Problem
    from grader.learner.progress import Progress


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", nargs="?", metavar=told("problem"))


def run(options: argparse.Namespace, language: str) -> int:
    from rich.console import Console
    from rich.text import Text

    from grader.catalogue import load as load_problem
    from grader.learner.position import current_problem, current_stage
    from grader.learner.progress import load

    progress = load()
    console = Console(highlight=False)
    if progress.notice:
        console.print(Text(progress.notice.render(language), "yellow"))
    if options.problem:
        problem = load_problem(options.problem)
        console.print(_stages(progress, problem, language))
    else:
        problem = current_problem(progress)
        console.print(_problems(progress, language))
    stage = problem.stage(current_stage(progress, problem))
    what = {"slug": problem.slug, "stage": stage.number, "title": stage.title[language]}
    known = progress.problems.get(problem.slug, {}).get(stage.number)
    done = bool(known and known.passed)
    console.print()
    key = "all_done" if done else "in_work"
    console.print(Text(say(f"learner.{key}", language, **what)))
    if not done:
        lang = f" --lang {options.lang}" if options.lang else ""
        words = f"    nox -s grade -- {problem.slug} --stage {stage.number}{lang}"
        console.print(Text(words, "bold"), soft_wrap=True)
    return PASSED


def _problems(progress: "Progress", language: str) -> "Table":
    from grader.catalogue import in_order
    from grader.learner.moments import moment

    table = _table()
    for problem in in_order():
        known = progress.problems.get(problem.slug, {})
        passed = sum(known[n].passed for n in known)
        table.add_row(
            problem.slug,
            problem.title[language],
            "".join(_mark(progress, problem, s.number) for s in problem.stages),
            f"{passed}/{len(problem.stages)}",
            moment(progress.judged_at(problem.slug)),
        )
    return table


def _stages(progress: "Progress", problem: "Problem", language: str) -> "Table":
    from grader.learner.moments import moment
    from grader.learner.progress import StageProgress

    table = _table()
    for stage in problem.stages:
        known = progress.problems.get(problem.slug, {}).get(stage.number)
        known = known or StageProgress()
        facts = [
            say("learner.passed_at", language, time=moment(known.passed_at))
            if known.passed_at
            else "",
            say("learner.hints_seen", language, count=known.hints)
            if known.hints
            else "",
            say("learner.attempts", language, count=len(known.attempts))
            if known.attempts
            else "",
            f".workbook/{known.report}" if known.report else "",
        ]
        mark = _mark(progress, problem, stage.number)
        told = " · ".join(fact for fact in facts if fact)
        table.add_row(mark, str(stage.number), stage.title[language], told)
    return table


def _table() -> "Table":
    from rich.table import Table

    return Table.grid(padding=(0, 2))


def _mark(progress: "Progress", problem: "Problem", stage: int) -> str:
    """✓ passed · ✗ judged, and not passed · – not judged yet."""
    known = progress.problems.get(problem.slug, {}).get(stage)
    if known is None or not known.checks:
        return "·"
    return "✓" if known.passed else "✗"
