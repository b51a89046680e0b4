"""Shows the next hint of a stage, one at a time; what was shown is remembered."""

import argparse
from typing import TYPE_CHECKING

from grader.commands import PASSED, Told
from grader.texts import say

if TYPE_CHECKING:
    from grader.catalogue import Problem, Stage


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", nargs="?", metavar=told("problem"))
    parser.add_argument(
        "stage", nargs="?", type=int, metavar="N", help=told("hint_stage")
    )
    parser.add_argument("--again", action="store_true", help=told("again"))


def run(options: argparse.Namespace, language: str) -> int:
    from grader.learner.position import chosen_stage
    from grader.learner.progress import load

    problem, stage = chosen_stage(load(), options.problem, options.stage)
    if not (options.problem or options.again):
        # Show a hint only to who asks for it: it spoils the exercise.
        what = {"slug": problem.slug, "stage": stage.number}
        title = stage.title[language]
        print(say("learner.which_hint", language, title=title, **what))
        return PASSED
    show_next(problem, stage, language, again=options.again)
    return PASSED


def show_next(
    problem: "Problem", stage: "Stage", language: str, *, again: bool
) -> None:
    """Show the next hint and remember it, or with `again` those that were shown."""
    from grader.learner.hints import hints
    from grader.learner.progress import NotKept, changing

    texts = hints(problem.slug, stage.number, language)
    seen = 0
    try:
        with changing() as progress:
            known = progress.stage(problem.slug, stage.number)
            seen = min(known.hints, len(texts))
            if not again:
                known.hints = min(seen + 1, len(texts))
    except NotKept as failed:
        print(failed.text.render(language))
    show = range(seen) if again else range(seen, min(seen + 1, len(texts)))
    _show(texts, show, language, f"{problem.slug} {stage.number}")
    what = {"slug": problem.slug, "stage": stage.number}
    if not show:
        key = "no_hint_yet" if again else "no_more_hints"
        print(say(f"learner.{key}", language, **what))


def _show(texts: list[str], numbers: range, language: str, where: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.text import Text

    console = Console(highlight=False)
    for number in numbers:
        head = say("learner.hint", language, number=number + 1, count=len(texts))
        console.print(Text(f"{where} · {head}", "bold"))
        console.print()
        console.print(Markdown(texts[number]))
        console.print()
