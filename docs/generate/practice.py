"""Stages lead to the pages that explain them, and those back to the stages.

Both are one line, written into pages that are otherwise written by hand: on GitHub
too, a reader finds the next page where it is needed.
"""

import re
from pathlib import Path

from docs.generate.matrix import link, named
from docs.generate.objectives import DOCS, Objective, read
from docs.generate.texts import LANGUAGES, TEXTS, twin
from grader.catalogue import Problem, in_order
from grader.paths import PROBLEMS

# The lines as they may stand there already, in either language.
WRITTEN = re.compile(
    r"^\*\*(?:Understand|弄懂|Stages|阶段)\*\*[:：].*\n\n", re.MULTILINE
)


def files() -> dict[Path, str]:
    found = {}
    for language in LANGUAGES:
        for problem in in_order():
            page = twin(PROBLEMS / f"{problem.page}.md", language)
            found[page] = statement(page, problem, language)
        for name in dict.fromkeys(o.page for o in read().objectives):
            page = twin(DOCS / "concepts" / f"{name}.md", language)
            found[page] = concept(page, name, language)
    return found


def statement(page: Path, problem: Problem, language: str) -> str:
    """Say after each stage's opening paragraph what to read."""
    text = WRITTEN.sub("", page.read_text("utf-8"))
    for stage in problem.stages:
        objectives = read().graded_by((problem.slug, stage.number))
        links = [explained(objective, language) for objective in objectives]
        heading = f"## {TEXTS[language]['stage']} {named(stage, language)}\n"
        line = labelled("understand", links, language)
        text = after(heading + r"\n.*\n\n", line, text)
    return text


def concept(page: Path, name: str, language: str) -> str:
    """Say under the heading of the section which stages grade this."""
    text = WRITTEN.sub("", page.read_text("utf-8"))
    graded = {stage for o in read().objectives if o.page == name for stage in o.stages}
    links = [
        f"[{problem.title[language]} {stage.number}]"
        f"(../{link(problem, stage, language)})"
        for problem in in_order()
        for stage in problem.stages
        if (problem.slug, stage.number) in graded
    ]
    heading = f"## {TEXTS[language]['practice']['heading']}\n\n"
    return after(heading, labelled("stages", links, language), text)


def explained(objective: Objective, language: str) -> str:
    page = twin(Path(f"{objective.page}.md"), language)
    # Two objectives have one name, so the link is named as its page is.
    title = (DOCS / "concepts" / page).read_text("utf-8").split("\n", 1)[0]
    return f"[{title.removeprefix('# ')}](../docs/concepts/{page})"


def labelled(label: str, links: list[str], language: str) -> str:
    texts = TEXTS[language]
    return f"**{texts['practice'][label]}**{texts['colon']}{' · '.join(links)}\n\n"


def after(place: str, line: str, text: str) -> str:
    # A heading is text, not a pattern; what follows it may be one.
    heading, mark, rest = place.partition("\n")
    pattern = re.escape(heading) + mark + rest
    found, count = re.subn(pattern, lambda m: m[0] + line, text, count=1)
    if count != 1:
        raise ValueError(f"no place after '{heading}'")
    return found
