"""What is said of a learner's tests, after what they passed and refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.judge.checks import expect
from grader.judge.checks.failures import CheckFailed
from grader.judge.own_tests.edits import Variation
from grader.judge.own_tests.runs import ALLOWED_SECONDS, Outcome

# Full marks for this share of the planted bugs.
ENOUGH = 0.8
Judged = Sequence[tuple[Variation, Outcome]]


@dataclass
class Trial:
    """How the tests ended: on the reference, on correct variants, on planted bugs."""

    twice: Sequence[Outcome] = ()
    parallel: Sequence[Outcome] = ()
    variants: Judged = ()
    bugs: Judged = ()
    # Load tests are run alone: on the reference until they pass, on each slow bug.
    load: Sequence[Outcome] = ()
    slow: Judged = ()
    # Hears how many bugs they caught, also if those are enough.
    count: Callable[[dict[str, Any]], None] = lambda caught: None

    def is_sound(self) -> bool:
        """They passed on the reference: what else they did tells something."""
        return bool(self.twice) and all(outcome.passed for outcome in self.twice)

    def must_be_sound(self) -> None:
        """They pass on the reference: tests that fail there catch nothing."""
        expect.true("own_tests_exist", self.twice, expected="tests/test_*.py")
        for outcome in self.twice:
            passes(outcome, "reference")

    def _told_already(self) -> None:
        """What the first check shows in full is no news in the others."""
        expect.true("own_tests_sound", self.is_sound())

    def must_pass_in_parallel(self) -> None:
        self._told_already()
        for outcome in self.parallel:
            passes(outcome, "-n 2")

    def must_pass_on_variants(self) -> None:
        self._told_already()
        for variant, outcome in self.variants:
            passes(outcome, variant.id)

    def must_catch_all(self, which: Callable[[Variation], bool]) -> None:
        """They catch every planted bug of some kind."""
        self._told_already()
        for bug, outcome in self.bugs:
            if which(bug):
                got = outcome.evidence()
                expect.true("bug_caught", outcome.caught, got=got, bug=bug.id)

    def must_catch_enough(self) -> None:
        """They catch 80 % of the planted bugs; fewer earn their share."""
        self._told_already()
        self._catches(self.bugs, ENOUGH)

    def must_catch_slow_bugs(self) -> None:
        """Load tests pass on the reference, in one of a few tries, and catch all."""
        self._told_already()
        passes(self.load[-1], "--benchmark-only")
        self._catches(self.slow, 1)

    def _catches(self, judged: Judged, enough: float) -> None:
        """This share of the bugs is caught; less earns as much less."""
        missed = [bug.story for bug, outcome in judged if not outcome.caught]
        caught = len(judged) - len(missed)
        got = {"caught": caught, "of": len(judged), "missed": missed}
        self.count(got)
        share = caught / len(judged) / enough
        if share < 1:
            expected = f"≥ {enough:.0%}"
            raise CheckFailed("bugs_missed", expected=expected, got=got, earned=share)


def passes(outcome: Outcome, app: str) -> None:
    if outcome.hung:
        got, seconds = outcome.evidence(), ALLOWED_SECONDS
        expect.fail("own_tests_time", got=got, app=app, seconds=seconds)
    expect.true("own_tests_pass", outcome.passed, got=outcome.evidence(), app=app)
