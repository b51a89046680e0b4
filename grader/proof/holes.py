"""Wrong apps that a suite is known to let through: work that is left.

Somebody planted them from the statement alone. One that a new check refuses moves to
`bugs.toml`, where the proof watches it.
"""

import tomllib

from grader.catalogue import Problem
from grader.judge.own_tests.edits import Edit, Variation
from grader.paths import SUITES
from grader.proof.apps import App


def holes(problem: Problem) -> tuple[App, ...]:
    """Those of `tests/SLUG/holes.toml`; none where there is no such file."""
    file = SUITES / problem.slug / "holes.toml"
    if not file.is_file():
        return ()
    rows = tomllib.loads(file.read_text("utf-8"))["variation"]
    return tuple(
        App(
            "bug",
            Variation(
                id=row["id"],
                story={"en": row["en"], "zh": row["zh"]},
                edits=tuple(Edit(**edit) for edit in row["edits"]),
                stage=row["stage"],
                breaks=tuple(row["breaks"]),
            ),
        )
        for row in rows
    )
