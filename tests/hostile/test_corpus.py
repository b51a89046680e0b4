"""The corpus of attacks; those that take long run with python -m tests.hostile only."""

from pathlib import Path

import pytest

from grader.child.confine import CONFINED, FILES_ONLY, NOT_CONFINED
from grader.judge.app.confinement import LEVELS, confinement
from tests.hostile.corpus import ATTACKS, SLOW
from tests.hostile.levels import outcomes

GROUPS = ("files", "network", "databases", "processes", "protocol")
# What reaches for the grader's own files, and for the verdict itself.
FORGERIES = [
    "files-suites",
    "files-conftest",
    "files-catalogue",
    "files-new-module",
    "files-judge-module",
]


def named(group: str) -> list[str]:
    names = [a.id for a in ATTACKS if a.id.startswith(group)]
    return [name for name in names if name not in SLOW]


@pytest.mark.skipif(confinement() != CONFINED, reason="nothing is confined here")
@pytest.mark.parametrize("group", GROUPS)
def test_confined_attacks_get_nothing(group: str, tmp_path: Path) -> None:
    got = list(outcomes(CONFINED, named(group), tmp_path))

    assert len(got) == len(named(group)) > 5
    assert [outcome for outcome in got if not outcome.harmless] == []


@pytest.mark.parametrize("level", [NOT_CONFINED, FILES_ONLY])
def test_forgeries_earn_nothing_at_any_level(level: str, tmp_path: Path) -> None:
    if LEVELS.index(level) > LEVELS.index(confinement()):
        pytest.skip("this machine confines less")

    got = list(outcomes(level, FORGERIES, tmp_path))

    assert len(got) == len(FORGERIES)
    assert [o for o in got if o.forged or o.lost or o.left] == []
    if level == NOT_CONFINED:
        assert all(outcome.told for outcome in got)
