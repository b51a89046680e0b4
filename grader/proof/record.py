"""The confusion matrix: told, printed, and kept in the repository."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from grader.catalogue import Problem
from grader.judge.own_tests.edits import correct_variants, planted_bugs
from grader.paths import SUITES

if TYPE_CHECKING:
    from grader.proof.claims import Verdict


def tell(verdict: "Verdict", console: Console) -> None:
    """One verdict, as it comes."""
    mark, style = ("✓", "green") if verdict.holds else ("✗", "red")
    name = f"{verdict.claim.kind} {verdict.claim.variation.id}"
    console.print(Styled(f"{mark} {name}  {verdict.seconds:.1f} s", style))
    if not verdict.holds:
        for stage, names in verdict.failed.items():
            if names:
                console.print(f"    {stage}: {', '.join(names)}")
        for error in verdict.errors:
            console.print(Styled(f"    {error}", "magenta"))
    # In a log file too, a long proof is watched as it goes.
    console.file.flush()


def matrix(problem: Problem, verdicts: Sequence["Verdict"], language: str) -> Table:
    """Rows are apps, columns stages; a cell counts the checks that refused the app."""
    title = f"{problem.title[language]} ({problem.slug})"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("")
    for stage in problem.stages:
        table.add_column(str(stage.number), justify="right")
    table.add_column("")
    for verdict in verdicts:
        cells = [cell(verdict, stage.number) for stage in problem.stages]
        mark = "✓" if verdict.holds else "✗"
        variation = verdict.claim.variation
        table.add_row(verdict.claim.kind, variation.id, *cells, mark)
    return table


def cell(verdict: "Verdict", stage: int) -> Styled:
    if stage not in verdict.passed:
        return Styled("")
    refused = len(verdict.failed[stage])
    if refused == 0:
        return Styled("·", "green")
    own = verdict.claim.variation.stage == stage
    return Styled(str(refused), "red" if own else "yellow")


def write_record(problem: Problem, verdicts: Sequence["Verdict"]) -> None:
    """Keep the rows in `tests/SLUG/proof.json`; those of other apps stay."""
    rows = {(row["kind"], row["id"]): row for row in read_record(problem)}
    for verdict in verdicts:
        row = to_json(verdict)
        rows[row["kind"], row["id"]] = row
    apps = [("reference", "reference"), ("starter", "starter")]
    apps += [("variant", variant.id) for variant in correct_variants(problem)]
    apps += [("bug", bug.id) for bug in planted_bugs(problem)]
    kept = [rows[app] for app in apps if app in rows]
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    record_of(problem).write_text(text, "utf-8")


def to_json(verdict: "Verdict") -> dict[str, Any]:
    refused = {str(stage): names for stage, names in verdict.failed.items() if names}
    return {
        "kind": verdict.claim.kind,
        "id": verdict.claim.variation.id,
        "stage": verdict.claim.variation.stage,
        "stages": sorted(verdict.passed),
        "refused_by": dict(sorted(refused.items())),
        "holds": verdict.holds,
    }


def refusals(problem: Problem) -> dict[str, list[str]]:
    """For each recorded bug the checks of its stage that refuse it."""
    return {
        row["id"]: row["refused_by"].get(str(row["stage"]), [])
        for row in read_record(problem)
        if row["kind"] == "bug"
    }


def read_record(problem: Problem) -> list[dict[str, Any]]:
    path = record_of(problem)
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def record_of(problem: Problem) -> Path:
    return SUITES / problem.slug / "proof.json"
