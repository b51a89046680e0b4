"""The one thing to do after a report: a sentence, and a command to copy."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from grader.catalogue import Problem, in_order, load
from grader.results import ProblemResult, Result, StageResult
from grader.texts import say


@dataclass(frozen=True)
class Step:
    text: str
    command: str = ""


def command(result: Result, words: str, *names: str) -> str:
    """A command of the workbook, with these options as the grading was given them."""
    given = [
        word
        for name in names
        if name in result.options
        for word in (f"--{name}", result.options[name])
    ]
    return " ".join([f"nox -s {words}", *([shlex.join(given)] if given else [])])


def next_step(result: Result, language: str) -> Step:
    """What comes next: a fault of ours, the stage in work, the next one or problem."""
    for problem, stage in faults(result):
        what = {"stage": stage.number, "title": stage.title}
        again = f"grade -- {problem.slug} --stage {stage.number} --json result.json"
        text = say("ui.no_verdict", language, **what)
        return Step(text, command(result, again, "target", "lang"))
    if (unfinished := in_work(result)) is not None:
        stage = next(s for s in unfinished.stages if s.status != "passed")
        return to_stage(result, load(unfinished.slug), stage.number, language)
    return after_pass(result, result.problems[-1], language)


def faults(result: Result) -> Iterator[tuple[ProblemResult, StageResult]]:
    for problem in result.problems:
        for stage in problem.stages:
            if stage.status == "error":
                yield problem, stage


def in_work(result: Result) -> ProblemResult | None:
    """The first problem that was begun and not finished, else the first unfinished."""
    rest = [p for p in result.problems if any(s.status != "passed" for s in p.stages)]
    begun = [p for p in rest if not all(stage.not_begun for stage in p.stages)]
    return next(iter(begun or rest), None)


def to_stage(result: Result, problem: Problem, number: int, language: str) -> Step:
    text = say(
        "ui.next",
        language,
        stage=number,
        title=problem.stage(number).title[language],
        page=page_of(problem, language),
    )
    words = f"grade -- {problem.slug} --stage {number}"
    return Step(text, command(result, words, "target", "lang"))


def after_pass(result: Result, passed: ProblemResult, language: str) -> Step:
    problem = load(passed.slug)
    graded = [stage.number for stage in passed.stages]
    later = [s.number for s in problem.stages if s.number > max(graded)]
    if later:
        return to_stage(result, problem, later[0], language)
    if len(graded) < len(problem.stages):
        words = f"grade -- {problem.slug}"
        text = say("ui.now_all", language)
        return Step(text, command(result, words, "target", "lang"))
    what = {"points": problem.points, "slug": problem.slug}
    order = in_order()
    rest = order[order.index(problem) + 1 :]
    if not rest:
        text = say("ui.all_done", language, **what)
        return Step(text, command(result, f"compare -- {problem.slug} 1", "lang"))
    what |= {"title": rest[0].title[language], "page": page_of(rest[0], language)}
    words = f"grade -- {rest[0].slug}"
    text = say("ui.next_problem", language, **what)
    return Step(text, command(result, words, "target", "lang"))


def page_of(problem: Problem, language: str) -> str:
    """Where a statement lies in the repository."""
    return f"problems/{problem.page}{'.zh.md' if language == 'zh' else '.md'}"
