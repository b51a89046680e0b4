"""The record of what was proven, `tests/SLUG/proof.json`: each cell with its digest.

Only what holds is in it. A cell whose digest is not that of the files as they are is
stale: it counts as not proven.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.catalogue import Problem
from grader.paths import SUITES
from grader.proof.apps import App, Kind, apps
from grader.proof.origins import Cell, cells


@dataclass
class Row:
    """What is proven of one app: for each stage what it was made from."""

    kind: Kind
    id: str
    stage: int | None
    # By stage: the digest of what the verdict depends on.
    stages: dict[int, str] = field(default_factory=dict)
    # By stage: the checks that refused the app.
    refused_by: dict[int, list[str]] = field(default_factory=dict)
    # The day on which something of it was proven last, in UTC.
    proven_on: str = ""

    def drop(self, stage: int) -> None:
        self.stages.pop(stage, None)
        self.refused_by.pop(stage, None)

    def keep(self, stage: int, digest: str, refused: list[str]) -> None:
        self.drop(stage)
        self.stages[stage] = digest
        if refused:
            self.refused_by[stage] = refused
        self.proven_on = f"{datetime.now(UTC):%Y-%m-%d}"

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "stage": self.stage,
            "stages": {str(n): self.stages[n] for n in sorted(self.stages)},
            "refused_by": {str(n): self.refused_by[n] for n in sorted(self.refused_by)},
            "proven_on": self.proven_on,
        }


Record = dict[str, Row]


def read_record(problem: Problem) -> Record:
    """The rows by the ids of their apps; none before the first proof."""
    path = record_of(problem)
    rows = json.loads(path.read_text("utf-8")) if path.exists() else []
    return {row["id"]: _row(row) for row in rows}


def _row(data: Mapping[str, Any]) -> Row:
    return Row(
        data["kind"],
        data["id"],
        data["stage"],
        {int(n): digest for n, digest in data["stages"].items()},
        {int(n): names for n, names in data["refused_by"].items()},
        data["proven_on"],
    )


def write_record(problem: Problem, record: Record) -> None:
    """Rows of apps that are no more are left out, and stages that no longer judge."""
    kept = []
    for app in apps(problem):
        if (row := record.get(app.id)) is None:
            continue
        # It may have moved to another stage.
        row.stage = app.variation.stage
        for stage in row.stages.keys() - set(app.stages(problem)):
            row.drop(stage)
        kept.append(row.to_json())
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    record_of(problem).write_text(text, "utf-8")


def row_of(record: Record, app: App) -> Row:
    return record.setdefault(app.id, Row(app.kind, app.id, app.variation.stage))


def record_of(problem: Problem) -> Path:
    return SUITES / problem.slug / "proof.json"


def unproven(problem: Problem) -> list[Cell]:
    """The cells that no row shows for the files as they are now."""
    record = read_record(problem)
    return [
        cell
        for cell, digest in cells(problem).items()
        if cell.app.id not in record
        or record[cell.app.id].stages.get(cell.stage) != digest
    ]
