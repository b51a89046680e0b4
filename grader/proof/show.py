"""Prints verdicts as they come, the confusion matrix, and what is not proven."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from grader.catalogue import Problem
from grader.proof.claims import Found, Verdict
from grader.proof.origins import Cell


def show_verdict(verdict: Verdict, problem: Problem, console: Console) -> None:
    mark, style = ("✓", "green") if verdict.holds else ("✗", "red")
    stages = " ".join(str(number) for number in verdict.claim.stages)
    name = f"{problem.slug} {verdict.claim.app.kind} {verdict.claim.app.id} {stages}"
    console.print(Styled(f"{mark} {name}  {verdict.seconds:.1f} s", style))
    if not verdict.holds:
        for stage, found in verdict.stages.items():
            if found.refused:
                console.print(f"    {stage}: {', '.join(found.refused)}")
            for error in found.errors:
                console.print(Styled(f"    {error}", "magenta"))
    # In a log file too, a long proof is watched as it goes.
    console.file.flush()


def matrix(problem: Problem, verdicts: Sequence[Verdict], language: str) -> Table:
    """Rows are apps, columns stages; a cell counts the checks that refused the app."""
    title = f"{problem.title[language]} ({problem.slug})"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("")
    for stage in problem.stages:
        table.add_column(str(stage.number), justify="right")
    table.add_column("")
    for verdict in verdicts:
        app, mark = verdict.claim.app, "✓" if verdict.holds else "✗"
        cells = [
            _cell(verdict.stages.get(s.number), s.number == app.variation.stage)
            for s in problem.stages
        ]
        table.add_row(app.kind, app.id, *cells, mark)
    return table


def _cell(found: Found | None, own: bool) -> Styled:
    if found is None:
        return Styled("")
    if not found.refused:
        return Styled("·", "green")
    return Styled(str(len(found.refused)), "red" if own else "yellow")


def show_unproven(problem: Problem, cells: Sequence[Cell], console: Console) -> None:
    """Which rows the record does not show for the files as they are."""
    if not cells:
        console.print(f"{problem.slug}: every row is proven on these files")
        return
    by_app: dict[str, list[str]] = {}
    for cell in cells:
        by_app.setdefault(cell.app.id, []).append(str(cell.stage))
    console.print(f"{problem.slug}: {len(by_app)} rows are not proven on these files")
    for name, stages in by_app.items():
        console.print(f"    {name}: {' '.join(stages)}")
