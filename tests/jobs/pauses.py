"""How soon the embedded worker begins the next job, when a place is free."""

from itertools import pairwise

from grader.judge.checks import expect
from grader.judge.database import Database
from tests.jobs.helpers import inserted, until

# Jobs that leave their place at once: done, failed, done in a thread.
SHORT = {"echo": "{}", "fail_n": '{"times": 9}', "block": '{"seconds": 0}'}
OF_EACH = 3
# How long the place of a job that is over stays free, by the kind of that job.
PAUSES = """
    SELECT kind, extract(epoch FROM
        lead(a.started_at) OVER (ORDER BY a.started_at) - a.finished_at)::float
    FROM job_attempts a JOIN jobs ON jobs.id = a.job_id WHERE a.finished_at IS NOT NULL
"""
BEGUN = "SELECT extract(epoch FROM started_at)::float FROM job_attempts ORDER BY 1"


async def a_full_table(db: Database) -> str:
    """Short jobs behind a long one, whose id this is, before anybody looks."""
    (long,) = await inserted(db, 1, "sleep", '{"seconds": 60}')
    for kind, payload in SHORT.items():
        await inserted(db, OF_EACH, kind, payload)
    return long


async def no_pauses(db: Database) -> None:
    """A long job has one place, and the short ones follow each other in the other."""
    over, most = "finished_at IS NOT NULL", OF_EACH * len(SHORT)

    async def done() -> bool:
        return await db.count("job_attempts", over) >= most

    await until(done)
    begun = [moment for (moment,) in await db.execute(BEGUN)]
    pauses: dict[str, float] = {}
    for first, second in pairwise(begun[:2]):
        pauses["start"] = second - first
    for kind, pause in await db.execute(PAUSES):
        if pause is not None:
            pauses[kind] = min(pause, pauses.get(kind, pause))
    quick = all(pause < 1 for pause in pauses.values())
    expect.true("pauses", quick, expected="< 1 s", got=pauses)
    expect.equal("attempts", await db.count("job_attempts", over), most)
