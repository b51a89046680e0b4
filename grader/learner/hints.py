"""The graded hints of a stage, read from the statement itself: one source."""

import re
from collections.abc import Iterator

from grader.catalogue import load
from grader.paths import ROOT
from grader.report.next_step import page_of

STAGE = re.compile(r"## (?:Stage|阶段) (\d+)\b")
HINT = re.compile(
    r"^<details[^>]*>\s*<summary>(?:Hint|提示) \d+</summary>\s*^(.*?)^</details>",
    re.S | re.M,
)


def hints(slug: str, stage: int, language: str) -> list[str]:
    """Markdown of each hint, the gentlest first."""
    statement = (ROOT / page_of(load(slug), language)).read_text("utf-8")
    return [found.strip() for found in HINT.findall(section(statement, stage))]


def section(statement: str, stage: int) -> str:
    """What stands under a stage's heading, up to the next heading of its level."""
    return "\n".join(_lines_of(statement, stage))


def _lines_of(statement: str, stage: int) -> Iterator[str]:
    inside = fenced = False
    for line in statement.splitlines():
        fenced ^= line.lstrip().startswith("```")
        # A comment in a shell example may look like a heading.
        if line.startswith("## ") and not fenced:
            found = STAGE.match(line)
            inside = bool(found and int(found[1]) == stage)
        if inside:
            yield line
