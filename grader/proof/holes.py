"""Wrong apps that a suite is known to let through: work that is left.

Somebody planted them from the statement alone. One that a new check refuses moves to
`bugs.toml`, where the proof watches it.
"""

from grader.catalogue import Problem
from grader.judge.own_tests.edits import variations
from grader.paths import SUITES
from grader.proof.apps import App


def holes(problem: Problem) -> tuple[App, ...]:
    """Those of `tests/SLUG/holes.toml`; none where there is no such file."""
    if not (SUITES / problem.slug / "holes.toml").is_file():
        return ()
    return tuple(App("bug", hole) for hole in variations(problem.slug, "holes"))
