"""Measures the suites with mutants of the references: faults that nobody chose.

Planted bugs show what somebody thought of. What survives here is read by somebody, and
settled: no client can tell it, the statement does not grade it, or a check is missing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from grader.catalogue import Problem
from grader.cores import cores
from grader.errors import SetupError
from grader.judge.own_tests.edits import Edit
from grader.mutants import kept
from grader.mutants.draw import Mutant, drawn
from grader.mutants.kept import Outcome, Row, digest_of
from grader.mutants.near import claims_on
from grader.mutants.settled import settled, to_settle
from grader.mutants.show import counts, show_row, show_survivor
from grader.proof import judge_all, workers
from grader.proof.claims import Claim, Verdict
from grader.proof.origins import not_as_pinned, state_of_files


def measure(
    problem: Problem,
    folder: Path,
    *,
    sample: int,
    seed: int,
    stages: Sequence[int] | None = None,
) -> int:
    """Grade a sample of mutants, print what came of it; 0 when all is settled, else 1.

    `folder` keeps what is known: a run that was stopped goes on where it was.
    """
    if wrong := not_as_pinned():
        raise SetupError("not_as_pinned", pins=", ".join(wrong))
    console = Console(highlight=False, soft_wrap=True)
    numbers = [s.number for s in problem.chosen(stages) if not s.own_tests]
    mutants = drawn(problem, sample, seed)
    hunt = Hunt(problem, numbers, mutants, folder / f"{problem.slug}.jsonl", console)
    if begun := hunt.begin(cores()):
        with workers() as pool:
            judge_all(pool, {hunt: begun})
    console.print(counts(list(hunt.rows.values())))
    return tell(hunt, folder / f"{problem.slug}-to-settle.toml")


def tell(hunt: "Hunt", path: Path) -> int:
    """Print the survivors, and write what is to be settled; 1 if anything is."""
    known = settled(hunt.problem)
    survivors = [m for m, row in hunt.rows.items() if row.outcome == "survived"]
    for mutant in survivors:
        show_survivor(mutant, known.get(mutant.edit), hunt.console)
    open_ones = [mutant for mutant in survivors if mutant.edit not in known]
    failed = any(row.outcome == "error" for row in hunt.rows.values())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(to_settle, open_ones)), "utf-8")
    if open_ones:
        hunt.console.print(f"\n{len(open_ones)} to settle, as in {path}", style="bold")
    return 1 if open_ones or failed else 0


class Hunt:
    """Asks for one mutant after the other; what is known is not asked again."""

    def __init__(
        self,
        problem: Problem,
        stages: Sequence[int],
        mutants: Sequence[Mutant],
        path: Path,
        console: Console,
    ) -> None:
        self.problem = problem
        self.console = console
        self._stages = stages
        self._path = path
        # What the mutants are made from, as it is before they are judged.
        self._state = state_of_files()
        self._digests = {m: digest_of(m, problem, stages) for m in mutants}
        known = kept.read(path, self._digests.values())
        self.rows = {m: known[d] for m, d in self._digests.items() if d in known}
        self._waiting = iter([m for m in mutants if m not in self.rows])
        # By its edit, for each mutant in work: what else is asked of it, and its time.
        self._asked: dict[Edit, tuple[Mutant, Iterator[Claim]]] = {}
        self._seconds: dict[Mutant, float] = {}

    def begin(self, count: int) -> list[Claim]:
        """The first claims: so many mutants are in work at a time."""
        return [claim for _ in range(count) for claim in self._next_mutant()]

    def _next_mutant(self) -> list[Claim]:
        for mutant in self._waiting:
            claims = iter(claims_on(mutant, self.problem, self._stages))
            self._asked[mutant.edit] = mutant, claims
            if first := next(claims, None):
                return [first]
        return []

    def take(self, verdict: Verdict) -> list[Claim]:
        """Ask the next claim on a mutant that stands, or on the next mutant."""
        [edit] = verdict.claim.app.variation.edits
        mutant, claims = self._asked[edit]
        self._seconds[mutant] = self._seconds.get(mutant, 0) + verdict.seconds
        outcome, by = told(verdict)
        if outcome == "survived" and (claim := next(claims, None)):
            return [claim]
        del self._asked[edit]
        self._keep(mutant, outcome, by)
        return self._next_mutant()

    def _keep(self, mutant: Mutant, outcome: Outcome, by: str) -> None:
        if state_of_files() != self._state:
            raise SetupError("mutants_changed")
        row = Row(
            self._digests[mutant],
            mutant.operator,
            mutant.place,
            mutant.edit.find,
            mutant.edit.replace,
            outcome,
            by,
            round(self._seconds[mutant], 1),
        )
        self.rows[mutant] = row
        kept.keep(self._path, row)
        show_row(row, self.console)


def told(verdict: Verdict) -> tuple[Outcome, str]:
    """What came of a claim, and the check or the error that says so."""
    found = verdict.stages.values()
    if errors := [error for stage in found for error in stage.errors]:
        return "error", errors[0]
    if not (refused := [name for stage in found for name in stage.refused]):
        return "survived", ""
    started = any(stage.passed for stage in found)
    down = {name for stage in found for name in stage.down}
    outcome: Outcome = "down" if not started and refused[0] in down else "killed"
    return outcome, refused[0]
