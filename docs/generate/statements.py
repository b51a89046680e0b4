"""The sentences of the statements: their marks, and which lines must carry one.

A mark is an HTML comment right after what it names, the same in both languages:
`says: 4.full-page` names a promise that checks guard, `says again: …` repeats one,
`not graded: …` names one that no check can guard, `explains` marks what promises
nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docs.generate.texts import twin
from grader.catalogue import Problem
from grader.paths import PROBLEMS

MARK = re.compile(r"<!-- (says|says again|not graded|explains)(?:: ([\w.-]+))? -->")
FORM = re.compile(r"[1-9]\.[a-z0-9]+(?:-[a-z0-9]+)*")
# The sections in which every line needs a mark.
GRADED = re.compile(r"## (The|Stage|Settled)\b")
# What needs none: titles and labels, code, lists of tasks, quotes, rules of tables,
# what only introduces what follows, and each stage's opening paragraph.
FREE = re.compile(r"#|<|- \[ \]|>|\*\*|\|[-|]+$|.*:$|[0-9]+ points|```")


@dataclass(frozen=True)
class Sentence:
    """A promise of a statement, and how it stands there in one language."""

    id: str
    text: str
    graded: bool

    @property
    def stage(self) -> int:
        return int(self.id.partition(".")[0])


def sentences(problem: Problem, language: str) -> tuple[Sentence, ...]:
    """Each named sentence, in the order of the page."""
    return tuple(
        Sentence(mark[2], spoken(line, mark.start()), mark[1] == "says")
        for line in lines(problem, language)
        for mark in MARK.finditer(line)
        if mark[1] in ("says", "not graded")
    )


def repeated(problem: Problem, language: str) -> list[str]:
    """The sentences that the page says again elsewhere."""
    page = "\n".join(lines(problem, language))
    return [mark[2] for mark in MARK.finditer(page) if mark[1] == "says again"]


def lines(problem: Problem, language: str) -> tuple[str, ...]:
    page = twin(PROBLEMS / f"{problem.page}.md", language)
    return tuple(page.read_text("utf-8").splitlines())


def spoken(line: str, end: int) -> str:
    """What stands before a mark, from the last text that another mark ended."""
    parts = [part.strip(" |-") for part in MARK.split(line[:end])[::3]]
    text = next(part for part in reversed(parts) if part)
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\s*(?<!\\)\|\s*", " · ", plain)


def unmarked(problem: Problem) -> Iterator[str]:
    """The lines of the graded sections that need a mark and have none."""
    needed = fenced = False
    before = ""
    for line in lines(problem, "en"):
        if line.startswith("## "):
            needed = bool(GRADED.match(line))
        # Hints, traps and reading end a stage: advice, unless a mark says otherwise.
        needed &= not line.startswith(("<details", "**Traps"))
        fenced ^= line.startswith("```")
        # The first row of a table is its head.
        head = line.startswith("|") and not before.startswith("|")
        free = fenced or head or FREE.match(line) or MARK.search(line)
        if needed and line and not free:
            yield line
        before = line
