"""Times gradings of this build and of another one in turns, and prints the ratios.

    git worktree add ../before COMMIT
    python -m benchmarks --before ../before
    python -m benchmarks --before ../before --only "blog whole" "starter"

Both are copied first; in the copies `starter/` holds the reference, so that what a
build remembers of a learner's own tests is used as it would be for them.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from grader.catalogue import SLUGS, load
from grader.paths import ROOT

LEFT_OUT = shutil.ignore_patterns(".git", ".nox", ".workbook", "site", "__pycache__")


class Cost(NamedTuple):
    """Seconds on the clock, and of all cores together."""

    wall: float
    cpu: float


class Build:
    """A copy of a build, with a home of its own."""

    def __init__(self, source: Path, scratch: Path) -> None:
        self.root = scratch / "tree"
        self._home = scratch / "home"
        shutil.copytree(source, self.root, ignore=LEFT_OUT, symlinks=True)

    def forget(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)

    def solve(self) -> None:
        """Put the reference where a learner works."""
        shutil.rmtree(self.root / "starter")
        shutil.copytree(self.root / "solutions", self.root / "starter")

    def grade(self, *arguments: str) -> Cost:
        """What `grade` costs, with all processes that it starts and waits for."""
        command = [sys.executable, "-m", "grader", "grade", *arguments]
        settings = {**os.environ, "WORKBOOK_HOME": str(self._home)}
        return cost(lambda: os.execve(sys.executable, command, settings), self.root)


def cost(begin: Callable[[], object], folder: Path) -> Cost:
    start = os.times().elapsed
    if (pid := os.fork()) == 0:
        os.chdir(folder)
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            begin()
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"A grading ended with {os.waitstatus_to_exitcode(status)}.")
    return Cost(os.times().elapsed - start, used.ru_utime + used.ru_stime)


def rows() -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The name of a row, the arguments of `grade`, and whether it has run before."""
    yield "starter", (), False
    for slug in SLUGS:
        last = str(load(slug).stages[-1].number)
        yield f"{slug} whole", (slug,), False
        yield f"{slug} whole, again", (slug,), True
        yield f"{slug} last stage", (slug, "--stage", last), False
        yield f"{slug} stage 1", (slug, "--stage", "1"), False


@contextmanager
def copied(before: Path) -> Iterator[dict[str, Build]]:
    with tempfile.TemporaryDirectory(prefix="workbook-benchmark-") as scratch:
        places = {"before": before, "now": ROOT}
        yield {name: Build(p, Path(scratch) / name) for name, p in places.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--before", type=Path, required=True, metavar="DIR")
    parser.add_argument("--only", nargs="*", default=[], metavar="ROW")
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    options = parser.parse_args()
    wanted = [row for row in rows() if not options.only or row[0] in options.only]
    print(f"{'':22}{'before':>16}{'now':>16}{'ratio':>14}", flush=True)
    with copied(options.before.resolve()) as builds:
        for name, arguments, again in wanted:
            if name != "starter":
                for build in builds.values():
                    build.solve()
            print(measured(name, builds, arguments, again, options.rounds), flush=True)


def measured(
    name: str,
    builds: dict[str, Build],
    arguments: tuple[str, ...],
    again: bool,
    rounds: int,
) -> str:
    """A line of the table: the cheapest of some rounds, seconds of wall and CPU."""
    best: dict[str, Cost] = {}
    for _ in range(rounds):
        for which, build in builds.items():
            build.forget()
            if again:
                build.grade(*arguments)
            spent = build.grade(*arguments)
            best[which] = min(best.get(which, spent), spent)
    then, now = best["before"], best["now"]
    shown = [f"{c.wall:7.1f} {c.cpu:7.1f}" for c in (then, now)]
    ratio = f"{now.wall / then.wall:6.2f} {now.cpu / then.cpu:6.2f}"
    return f"{name:22}{shown[0]:>16}{shown[1]:>16}{ratio:>14}"


if __name__ == "__main__":
    main()
