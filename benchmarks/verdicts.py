"""Shows that what makes a verdict on a learner's tests cheap does not change it.

    python -m benchmarks.verdicts blog --seeds 1 2 3

Of the reference's tests a part is left out, chosen by the seed. The rest are judged
twice: as they are graded, and with every test in its usual order on every app. Ends
with 1 when a single outcome differs.
"""

import argparse
import ast
import asyncio
import random
import shutil
import sys
import tempfile
from pathlib import Path

from grader.catalogue import SLUGS, Problem, load
from grader.judge.app.world import World
from grader.judge.own_tests.edits import Files
from grader.judge.own_tests.hunt import Hunt
from grader.judge.own_tests.order import Order
from grader.judge.own_tests.runs import OwnTests
from grader.judge.own_tests.spelling import Spelling
from grader.paths import SOLUTIONS
from grader.run import Engine

Outcomes = dict[str, bool]


class Usual(Order):
    """No test comes first."""

    def first(self, changed: Files) -> tuple[str, ...]:
        return ()


class Plainly(Hunt):
    @property
    def order(self) -> Order:
        return Usual({}, {}, {})

    @order.setter
    def order(self, order: Order) -> None:
        """Whatever a traced run has shown is ignored."""


def thin_out(folder: Path, chance: random.Random) -> None:
    """Leave out about half of the tests below a folder."""
    for path in sorted(folder.rglob("test_*.py")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        tests = [
            node
            for node in ast.parse("".join(lines)).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
        ]
        for node in reversed(tests):
            if chance.random() < 0.5:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                del lines[first - 1 : node.end_lineno]
        path.write_text("".join(lines), "utf-8")


async def judged(
    kind: type[Hunt], engine: Engine, problem: Problem, target: Path
) -> Outcomes:
    world = World(problem, target, engine.cluster, engine.launcher)
    try:
        hunt = kind(problem, OwnTests(world), world.memory, Spelling())
        trial = await hunt.whole()
    finally:
        await world.close()
    found = {"sound": trial.is_sound(), "shared": all(o.passed for o in trial.parallel)}
    found |= {v.id: outcome.passed for v, outcome in trial.variants}
    return found | {b.id: outcome.caught for b, outcome in trial.bugs}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.verdicts", description=__doc__)
    parser.add_argument("problem", choices=SLUGS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    problem, same = load(options.problem), True
    for seed in options.seeds:
        with tempfile.TemporaryDirectory(prefix="workbook-verdicts-") as scratch:
            target = Path(scratch) / "target"
            shutil.copytree(SOLUTIONS, target)
            thin_out(target / problem.slug / "tests", random.Random(seed))
            with Engine() as engine:
                fast, plain = (
                    asyncio.run(judged(kind, engine, problem, target))
                    for kind in (Hunt, Plainly)
                )
        differing = sorted(name for name in plain if fast[name] != plain[name])
        print(f"seed {seed}: {len(plain)} outcomes, {sum(plain.values())} in favour,")
        print(f"  differing: {', '.join(differing) or 'none'}", flush=True)
        same &= not differing
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
