"""Properties: a check tried on many generated examples; the smallest failure counts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import hypothesis
from hypothesis.errors import Flaky

from grader.judge.checks.failures import CheckFailed

T = TypeVar("T")
# The same examples in every run: a verdict must not depend on luck.
QUIETLY: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "report_multiple_bugs": False,
    "phases": (hypothesis.Phase.generate, hypothesis.Phase.shrink),
    "suppress_health_check": list(hypothesis.HealthCheck),
    "verbosity": hypothesis.Verbosity.quiet,
}


async def for_all(
    strategy: Any, check: Callable[[T], Awaitable[None]], examples: int = 50
) -> None:
    """Try `check` on examples of a Hypothesis strategy.

    The failure that is raised is the one of the smallest example that was found, so
    let its `got` tell the example.
    """
    loop = asyncio.get_running_loop()
    failures: list[CheckFailed] = []

    @hypothesis.settings(max_examples=examples, **QUIETLY)
    @hypothesis.given(strategy)
    def attempt(example: T) -> None:
        # Hypothesis works in a thread, the requests stay in the loop of the check.
        trial = asyncio.run_coroutine_threadsafe(_awaited(check(example)), loop)
        try:
            trial.result()
        except CheckFailed as failure:
            failures.append(failure)
            raise

    try:
        await asyncio.to_thread(attempt)
    except Flaky:
        # The app answers equal requests differently: report the failure it had before.
        if failures:
            raise failures[-1] from None
        raise


async def _awaited(trial: Awaitable[None]) -> None:
    await trial
