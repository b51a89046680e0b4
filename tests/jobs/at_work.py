"""Jobs that are seen running, however busy the machine is."""

from collections.abc import Awaitable, Callable

from grader.judge.checks import expect
from grader.judge.checks.failures import CheckFailed
from grader.judge.database import Database
from tests.jobs.helpers import until

TRIES = 3
# A busy machine may look away for a second: the next try lasts that many times longer.
LONGER = 4
STATES = "SELECT state FROM jobs WHERE id::text = ANY(%s)"
HandIn = Callable[[float], Awaitable[list[str]]]


async def at_work(
    db: Database, hand_in: HandIn, seconds: float, at_once: int = 1
) -> list[str]:
    """The ids of jobs of which `at_once` are running now.

    `hand_in` makes jobs that last some seconds each. Jobs that are over before they
    were seen tell nothing of the app: longer ones are handed in.
    """
    for attempt in range(TRIES):
        ids = await hand_in(seconds * LONGER**attempt)
        if await running_together(db, ids, at_once):
            return ids
    raise CheckFailed("begins", expected="running", got="succeeded")


async def running_together(db: Database, ids: list[str], at_once: int) -> bool:
    """Wait until so many of these jobs run, or all are over: then it is false."""

    async def look() -> list[str]:
        rows = await db.execute(STATES, ids)
        states = [str(state) for (state,) in rows]
        over = not {"queued", "running"} & set(states)
        return states if over or states.count("running") >= at_once else []

    states = await until(look)
    expect.true("begins", states, expected="running", got="queued")
    return states.count("running") >= at_once
