"""Stage 3: jobs are leased, each to one worker, and completed by it."""

from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.pace import alone
from grader.judge.pace.speed import keeps_pace
from grader.judge.suite.fixtures import Start
from tests.jobs.helpers import (
    CHINESE,
    CROWD,
    KIND,
    NO_NAMES,
    TOO_MUCH_CHINESE,
    a_job,
    ask,
    drained,
    each,
    holds,
    inserted,
    keeps_secret,
    lease,
    leased,
    moment,
    nobodys,
    post_lease,
    shown,
    some_jobs,
    trail,
    unique,
)

# As of a job that is leased again.
LEASED_BEFORE = """
    UPDATE jobs SET worker_id = 'w-0', started_at = created_at - interval '1 hour'
    WHERE id::text = %s
"""


async def test_lease_hands_out_jobs(alice: Client, admin: Client, db: Database) -> None:
    """A lease has the running job, a token of its own and LEASE_S of time."""
    queue = unique("lease")
    ids = await some_jobs(alice, 3, queue=queue)
    handed_in = moment((await shown(alice, ids[2]))["created_at"])
    await db.execute(LEASED_BEFORE, ids[0])

    items = await lease(admin, queue, max_jobs=2, worker_id="w-1")

    expect.listed([item["job"]["id"] for item in items], ids[:2], "id")
    for item in items:
        found = item["job"]
        expect.fields(found, state="running", attempt=1, worker_id="w-1", queue=queue)
        expect.fields(found, finished_at=None, cancel_requested=False)
        expect.absent(found, "lease_token")
        begun = moment(found["started_at"])
        expect.true("started_at", begun >= handed_in, got=str(begun))
        await holds(db, item["lease_expires_at"], found["lease_expires_at"])
    tokens = {str(item["lease_token"]) for item in items}
    expect.equal("tokens_differ", len(tokens - {"", "None"}), 2)
    reply = await alice.get(f"/v1/jobs/{ids[0]}")
    expect.fields(body(reply), state="running", worker_id="w-1")
    leaked = any(token in reply.text for token in tokens)
    expect.true("token_leaks", not leaked, got=reply.text[:300])
    expect.listed(await drained(admin, queue), ids[2:], "id")
    await leased_anew(admin, db, items[0], queue)


# As if the attempt had failed at once, an hour ago.
FAILED_LONG_AGO = """
    WITH failed AS (
        UPDATE job_attempts SET started_at = started_at - interval '1 hour',
            finished_at = started_at - interval '1 hour', outcome = 'failed',
            error = 'it broke'
        WHERE job_id::text = %s)
    UPDATE jobs SET state = 'queued', lease_token = NULL, lease_expires_at = NULL,
        run_at = now() - interval '1 hour', started_at = started_at - interval '1 hour'
    WHERE id::text = %s
"""


async def leased_anew(admin: Client, db: Database, first: Fields, queue: str) -> None:
    """A job that had an attempt before: each lease sets all that a lease sets."""
    job_id = first["job"]["id"]
    await db.execute(FAILED_LONG_AGO, job_id, job_id)

    (item,) = await lease(admin, queue, worker_id="w-2")

    job = item["job"]
    expect.fields(job, state="running", attempt=2, worker_id="w-2", finished_at=None)
    before = moment(first["job"]["started_at"])
    for times in (job, (await trail(admin, job_id))[-1]):
        begun = moment(times["started_at"])
        expect.true("started_at", begun >= before, got=str(begun))
    tokens = {str(found["lease_token"]) for found in (first, item)}
    expect.equal("tokens_differ", len(tokens), 2)


async def test_rules_of_leasing(
    alice: Client, admin: Client, anonymous: Client, db: Database
) -> None:
    """Only admins lease; queues and kinds filter; no kinds means all; limits hold."""
    queue, other = unique("rules"), unique("rules")
    await some_jobs(alice, 1, queue=queue)
    second = (await a_job(alice, queue=queue, kind="second.kind"))["id"]
    third = (await a_job(alice, queue=other, kind="second.kind"))["id"]

    expect.problem(await ask(anonymous, queue), 401)
    expect.problem(await ask(alice, queue), 403, "forbidden")
    found = await drained(admin, queue, kinds=["second.kind", "nobody.has-it"])
    expect.listed(found, [second], "id")
    expect.equal("lease_size", len(await drained(admin, queue)), 1)
    expect.listed(await drained(admin, other, queues=[queue, other]), [third], "id")
    expect.listed(await drained(admin, unique("empty")), [], "id")
    crowded = unique("rules")
    await inserted(db, CROWD, kind="crowd.kind", queue=crowded)
    rare = (await a_job(alice, queue=crowded, kind="second.kind"))["id"]
    expect.listed(await drained(admin, crowded, kinds=["second.kind"]), [rare], "id")
    # One order over all queues, in whichever order they are named.
    mixed = [(await a_job(alice, queue=q))["id"] for q in (queue, other) * 2]
    # Due at one moment: then who was handed in first comes first.
    past = "run_at = now() - interval '1 second'"
    await db.execute(f"UPDATE jobs SET {past} WHERE id::text = ANY(%s)", mixed)
    first = await lease(admin, other, queues=[other, queue])
    expect.listed([item["job"]["id"] for item in first], mixed[:1], "id")
    expect.listed(await drained(admin, other, queues=[other, queue]), mixed[1:], "id")
    await limits_are_allowed(alice, admin)
    for bad in (
        *each("max_jobs", 0, 51, 1.5),
        *each("wait_s", -1, 21),
        *each("queues", [], ["q"] * 21, *([queue, name] for name in NO_NAMES)),
        *each("worker_id", "", "w" * 101),
        *each("kinds", [], ["k"] * 51, *([KIND, name] for name in NO_NAMES)),
    ):
        expect.status(await ask(admin, queue, **bad), 422)


async def limits_are_allowed(alice: Client, admin: Client) -> None:
    """A lease call whose fields are as small as may be, and one of as large ones."""
    queue = unique("limits")
    names = [f"q{n}" + "a" * 60 for n in range(49)]
    smallest = {"worker_id": "w", "kinds": [KIND], "max_jobs": 1, "wait_s": 0}
    largest = {"worker_id": "好" * 100, "max_jobs": 50, "wait_s": 20}
    largest |= {"queues": [queue, *names[:19]], "kinds": [*names, KIND]}
    for allowed in (smallest, largest):
        made = await a_job(alice, queue=queue)
        reply = await ask(admin, queue, **allowed)
        expect.status(reply, 200)
        found = [item["job"] for item in body(reply)["items"]]
        expect.listed([job["id"] for job in found], [made["id"]], "id")
        expect.fields(found[0], worker_id=allowed["worker_id"])


async def test_complete(alice: Client, admin: Client) -> None:
    """`complete` ends a job as succeeded; a repetition with its token is 200."""
    queue = unique("complete")
    job_id = (await a_job(alice, queue=queue))["id"]
    item = await leased(admin, queue, worker_id="w-7")
    result = {"rows": [1, 2.5, None, "好"]}

    reply = await post_lease(admin, "complete", item, result=result)

    expect.status(reply, 200)
    expect.fields(body(reply), id=job_id, state="succeeded", result=result)
    done = await shown(alice, job_id)
    expect.fields(done, state="succeeded", result=result, lease_expires_at=None)
    expect.true("set", done["finished_at"], field="finished_at")
    again = await post_lease(admin, "complete", item, result={"another": "answer"})
    expect.status(again, 200)
    expect.fields(await shown(alice, job_id), **dict(done))
    (attempt,) = await trail(alice, job_id)
    expect.fields(attempt, attempt=1, worker_id="w-7", outcome="succeeded", error=None)
    # The last one is left out.
    for sent in (*each("result", 0, False, "", [], {}), {}):
        job_id = (await a_job(alice, queue=queue))["id"]
        item = await leased(admin, queue)
        expect.status(await post_lease(admin, "complete", item, **sent), 200)
        kept = sent.get("result")
        expect.fields(await shown(alice, job_id), state="succeeded", result=kept)
    expect.true(
        "in_order",
        moment(attempt["started_at"]) <= moment(attempt["finished_at"]),
        got=dict(attempt),
    )


async def test_complete_is_guarded(
    alice: Client, admin: Client, anonymous: Client
) -> None:
    """`complete` is 409 with a wrong token, 403 for users, 404 for unknown jobs."""
    queue = unique("guarded")
    job_id = (await a_job(alice, queue=queue))["id"]
    path = f"/v1/jobs/{job_id}/complete"

    for token in ("", "no-token", "0b6f2f52-33d1-4a9f-8a7e-2f1f6a9a0000"):
        early = await admin.post(path, json={"lease_token": token})
        expect.problem(early, 409, "lease_lost")
    item = await leased(admin, queue)
    expect.problem(await post_lease(anonymous, "complete", item), 401)
    expect.problem(await post_lease(alice, "complete", item), 403, "forbidden")
    wrong = await admin.post(path, json={"lease_token": "no-token"})
    expect.problem(wrong, 409, "lease_lost")
    listed = await alice.get("/v1/jobs", params={"queue": queue})
    keeps_secret(item, wrong, listed, await alice.get(f"/v1/jobs/{job_id}/attempts"))
    for huge in ("x" * 70_000, TOO_MUCH_CHINESE, [TOO_MUCH_CHINESE]):
        refused = await post_lease(admin, "complete", item, result=huge)
        expect.problem(refused, 413, "payload_too_large")
    nobody = {"lease_token": item["lease_token"]}
    for unknown in nobodys(job_id):
        reply = await admin.post(f"/v1/jobs/{unknown}/complete", json=nobody)
        expect.problem(reply, 404, "not_found")
        reply = await alice.get(f"/v1/jobs/{unknown}/attempts")
        expect.problem(reply, 404, "not_found")
    expect.problem(await anonymous.get(f"/v1/jobs/{job_id}/attempts"), 401)
    expect.fields(await shown(alice, job_id), state="running", result=None)
    (attempt,) = await trail(alice, job_id)
    expect.fields(attempt, outcome=None, finished_at=None)
    done = await post_lease(admin, "complete", item, result=CHINESE)
    expect.status(done, 200)
    keeps_secret(item, done)


async def test_table_gate(alice: Client, admin: Client, db: Database) -> None:
    """Five workers at once, five jobs, writes held back: no job comes twice."""
    await contend(alice, admin, db, rows=False)


async def test_row_gate(alice: Client, admin: Client, db: Database) -> None:
    """Five workers at once, five jobs, their rows locked: no job comes twice."""
    await contend(alice, admin, db, rows=True)


async def contend(alice: Client, admin: Client, db: Database, *, rows: bool) -> None:
    """Lease at once behind a lock of the judge, then drain: each job comes once."""
    queue = unique("gate")
    ids = await some_jobs(alice, 5, queue=queue)
    require(await ask(admin, unique("nothing")), 200, stage=3)
    where = ("queue = %s", queue) if rows else (None,)
    calls = [ask(admin, queue, worker_id=f"w-{n}") for n in range(5)]

    replies = await db.race(calls, "jobs", *where)

    expect.statuses(replies, *[200] * 5)
    items = [item for reply in replies for item in body(reply)["items"]]
    found = [item["job"]["id"] for item in items] + await drained(admin, queue)
    expect.listed(sorted(found), sorted(ids), "id")
    attempts = "job_id::text = ANY(%s)"
    expect.equal("attempts", await db.count("job_attempts", attempts, ids), 5)


async def test_statements_do_not_grow(start: Start) -> None:
    """A lease of 50 jobs takes as many SQL statements as one of 5."""
    server = start()
    alice, admin, db = server.client("alice"), server.client("admin"), server.database
    queue = unique("batch")
    await some_jobs(alice, 5 * 4, queue=queue)
    await inserted(db, 50 * 3, queue=queue)

    async def one_lease(count: int) -> None:
        items = await lease(admin, queue, max_jobs=count)
        expect.equal("lease_size", len(items), count)

    await one_lease(5)
    few = await db.fewest(lambda: one_lease(5))
    more = await db.fewest(lambda: one_lease(50), few.calls)
    equal, got = more.calls == few.calls, more.beside(few)
    expect.true("sql_of_lease", equal, expected=few.calls, got=got)


MANY_FINISHED_JOBS = """
    UPDATE users SET role = 'admin' WHERE email = 'alice@example.com';
    INSERT INTO jobs (
        queue, kind, payload, priority, state, attempt, max_attempts, run_at,
        lease_token, lease_expires_at, worker_id, cancel_requested, unique_key,
        progress, result, error, created_at, started_at, finished_at)
    SELECT 'default', 'test.work', jsonb_build_object('text', repeat('x', 400)), 0,
        'succeeded', 1, 5, now(), NULL, NULL, 'w', false, NULL, NULL, NULL, NULL,
        now(), now(), now()
    FROM generate_series(1, 200000);
    ANALYZE jobs
"""


@alone
def test_lease_keeps_pace(world: World, benchmark: object) -> None:
    """Beside 200,000 finished jobs a lease takes at most twice the reference's time."""
    keeps_pace(
        benchmark,
        world,
        empty_lease,
        method="POST",
        json={"worker_id": "w", "queues": ["default"]},
        seed=MANY_FINISHED_JOBS,
    )


async def empty_lease(client: Client) -> tuple[str, dict[str, str]]:
    require(await ask(client, "default"), 200, stage=3)
    return "/v1/leases", {"authorization": f"Bearer {client.token}"}
