"""What is said of learners' tests: also on a pass, how many bugs they caught."""

from pathlib import Path
from typing import Any

import pytest

from grader.judge.app.runner import Ran
from grader.judge.checks.failures import CheckFailed
from grader.judge.own_tests.edits import Variation
from grader.judge.own_tests.runs import Outcome
from grader.judge.own_tests.trial import Trial

PASSED, CAUGHT = (Outcome(Ran(code, "", "", Path())) for code in (0, 1))


def judged(caught: int, of: int) -> Trial:
    """Tests that caught the first of so many bugs."""
    bugs = [Variation(f"bug-{n}", {"en": f"Bug {n}"}, ()) for n in range(of)]
    outcomes = [CAUGHT if n < caught else PASSED for n in range(of)]
    pairs = list(zip(bugs, outcomes, strict=True))
    return Trial([PASSED, PASSED], [PASSED], bugs=pairs, load=[PASSED], slow=pairs)


def counted(trial: Trial) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    trial.count = heard.append
    return heard


def test_what_was_missed_is_counted_on_a_pass_too() -> None:
    trial = judged(9, 10)
    heard = counted(trial)

    trial.must_catch_enough()

    assert heard == [{"caught": 9, "of": 10, "missed": [{"en": "Bug 9"}]}]


def test_what_was_missed_is_counted_on_a_failure() -> None:
    trial = judged(4, 10)
    heard = counted(trial)

    with pytest.raises(CheckFailed) as raised:
        trial.must_catch_enough()

    assert raised.value.evidence.got == heard[0]
    assert raised.value.earned == pytest.approx(0.5)


def test_load_tests_are_counted_alike() -> None:
    trial = judged(2, 3)
    heard = counted(trial)

    with pytest.raises(CheckFailed):
        trial.must_catch_slow_bugs()

    assert (heard[0]["caught"], heard[0]["of"]) == (2, 3)
