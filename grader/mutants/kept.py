"""What came of mutants, a JSON line each, written as it comes.

A line is known by its digest: of the app with the mutant in it, the suites, the judge
and the pinned versions, as in the proof's record. What was made from other files is
left in the file, and not looked at.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from grader.catalogue import Problem
from grader.mutants.draw import Mutant
from grader.proof.apps import App
from grader.proof.origins import cells_of

# Down: the app did not start. Error: the grader could not judge.
Outcome = Literal["killed", "down", "survived", "error"]


@dataclass(frozen=True)
class Row:
    digest: str
    operator: str
    place: str
    find: str
    replace: str
    outcome: Outcome
    # The check that refused it, or what the grader said.
    by: str
    seconds: float


def digest_of(mutant: Mutant, problem: Problem, stages: Sequence[int]) -> str:
    """Of all that its outcome on these stages depends on."""
    cells = cells_of(problem, App("bug", mutant.variation))
    parts = sorted((cell.stage, d) for cell, d in cells.items() if cell.stage in stages)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def read(path: Path, digests: Iterable[str]) -> dict[str, Row]:
    """The rows of these digests, by digest."""
    wanted = set(digests)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    rows = [Row(**found) for found in map(_parsed, lines) if found]
    return {row.digest: row for row in rows if row.digest in wanted}


def _parsed(line: str) -> dict[str, Any] | None:
    """None for half a line, which a run that was ended left."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def keep(path: Path, row: Row) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = path.exists() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        # Half a line must not spoil the next.
        file.write("\n" if cut else "")
        file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
