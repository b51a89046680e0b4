"""What became of survivors, decided by reading: `settled/SLUG.toml`, an entry each.

An entry has the edit, a verdict and its reason. It is found by the text of its edit,
so that lines may move.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from grader.catalogue import Problem
from grader.judge.own_tests.edits import Edit
from grader.mutants.draw import Mutant

FOLDER = Path(__file__).with_name("settled")
# Equivalent: no client can tell. Not graded: the statement leaves it open. Hole: the
# statement forbids it, and no check sees it yet.
Kind = Literal["equivalent", "not graded", "hole"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Settled:
    verdict: str
    reason: str


def settled(problem: Problem) -> dict[Edit, Settled]:
    """By its edit, what was decided of each survivor."""
    path = FOLDER / f"{problem.slug}.toml"
    data = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return {
        Edit(row["file"], row["find"], row["replace"]): Settled(
            row["verdict"], row["reason"]
        )
        for row in data.get("mutant", ())
    }


def to_settle(mutant: Mutant) -> str:
    """An entry of the table, in which verdict and reason are still to be written."""
    edit = mutant.edit
    return (
        f"[[mutant]]\nfile = {edit.file!r}\n"
        f"find = '''\n{edit.find}'''\nreplace = '''\n{edit.replace}'''\n"
        'verdict = ""\nreason = ""\n'
    )
