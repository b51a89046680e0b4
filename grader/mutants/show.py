"""Prints what came of mutants: each as it comes, counts by operator, and survivors."""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import unified_diff

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from grader.judge.own_tests.edits import Edit
from grader.mutants.draw import Mutant
from grader.mutants.kept import Outcome, Row
from grader.mutants.operators import OPERATORS
from grader.mutants.settled import Settled

TOLD: Mapping[Outcome, tuple[str, str]] = {
    "killed": ("killed", "green"),
    "down": ("refused at start", "green"),
    "survived": ("survived", "yellow"),
    "error": ("grader's error", "magenta"),
}


def show_row(row: Row, console: Console) -> None:
    told, style = TOLD[row.outcome]
    by = f" by {row.by}" if row.by else ""
    text = f"{told}{by}: {row.operator} {row.place}  {row.seconds:.1f} s"
    console.print(Styled(text, style))
    # In a log file too, a long measurement is watched as it goes.
    console.file.flush()


def counts(rows: Sequence[Row]) -> Table:
    """A row for each operator, a column for each outcome."""
    table = Table(title=f"{len(rows)} mutants", title_justify="left")
    table.add_column("operator")
    for told, _ in TOLD.values():
        table.add_column(told, justify="right")
    found = Counter((row.operator, row.outcome) for row in rows)
    for operator in OPERATORS:
        if any(found[operator, outcome] for outcome in TOLD):
            table.add_row(operator, *(_cell(found[operator, o]) for o in TOLD))
    totals = Counter(row.outcome for row in rows)
    table.add_section()
    table.add_row("", *(_cell(totals[outcome]) for outcome in TOLD))
    return table


def _cell(count: int) -> str:
    return str(count) if count else "·"


def show_survivor(mutant: Mutant, known: Settled | None, console: Console) -> None:
    said = f"{known.verdict}: {known.reason}" if known else "not settled"
    console.print(f"\n{mutant.operator} {mutant.place}", style="bold")
    for line in changed_lines(mutant.edit):
        style = {"-": "red", "+": "green"}.get(line[0], "")
        console.print(Styled(f"    {line}", style))
    console.print(Styled(f"    {said}", "" if known else "yellow"))


def changed_lines(edit: Edit) -> list[str]:
    """The lines that were, with "-", and those that are, with "+"."""
    before, after = edit.find.split("\n"), edit.replace.split("\n")
    lines = unified_diff(before, after, n=1, lineterm="")
    return [line for line in lines if line[:2] not in ("--", "++", "@@")]
