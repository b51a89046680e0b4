"""Stage 1: jobs are taken, shown and run after the answer."""

import time
from typing import Any

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.jobs.helpers import (
    CHINESE,
    KIND,
    NO_NAMES,
    TOO_MUCH_CHINESE,
    a_job,
    each,
    ended,
    inserted,
    job,
    moment,
    some_jobs,
    unique,
)

TRIES = 3
WORK_SECONDS = 1.0
CLOSE = (
    "created_at = TIMESTAMPTZ '2026-01-01 00:00Z'"
    " + mod(hashtext(id::text), 5) * interval '1 microsecond'"
)


async def test_answers_before_the_work(start: Start) -> None:
    """A job that takes a second is answered at once with 202, and done afterwards."""
    server = start(WORKER_CONCURRENCY="2", POLL_S="0.1")
    alice = server.client("alice")
    took = WORK_SECONDS
    for _ in range(TRIES):
        begun = time.monotonic()
        reply = await alice.post(
            "/v1/jobs", json=job(kind="sleep", payload={"seconds": WORK_SECONDS})
        )
        took = time.monotonic() - begun
        expect.status(reply, 202)
        state = body(reply)["state"]
        expect.true("not_done_yet", state in ("queued", "running"), got=state)
        if took < WORK_SECONDS:
            break
    expect.true("answered_late", took < WORK_SECONDS, got=f"{took:.1f} s")

    slept = await ended(alice, body(reply)["id"])
    expect.fields(slept, state="succeeded", result={"slept": WORK_SECONDS}, error=None)
    expect.true("set", slept["finished_at"], field="finished_at")
    for said in ({"say": "你好"}, {}):
        echo = await a_job(alice, kind="echo", payload=said)
        found = await ended(alice, echo["id"])
        expect.fields(found, state="succeeded", result=said)


async def test_new_job(alice: Client) -> None:
    """A new job has its Location, its fields and the defaults of the statement."""
    reply = await alice.post("/v1/jobs", json={"kind": KIND, "payload": {"n": 1}})

    expect.status(reply, 202)
    made = body(reply)
    expect.equal("location", expect.header(reply, "location"), f"/v1/jobs/{made['id']}")
    again = await alice.get(f"/v1/jobs/{made['id']}")
    expect.status(again, 200)
    for found in (made, body(again)):
        expect.fields(
            found, id=made["id"], kind=KIND, payload={"n": 1}, queue="default"
        )
        expect.fields(found, priority=0, state="queued", attempt=0, max_attempts=5)
        expect.fields(found, unique_key=None, progress=None, result=None, error=None)
        expect.fields(found, cancel_requested=False, started_at=None, finished_at=None)
        expect.absent(found, "lease_token")
        expect.true("offset", moment(found["created_at"]), field="created_at")
        expect.true("offset", moment(found["run_at"]), field="run_at")
    expect.true("object", isinstance(made["id"], str), expected="str", got=made["id"])
    chosen = {"state": "dead", "attempt": 3, "run_at": "2030-01-01T00:00:00Z"}
    reply = await alice.post("/v1/jobs", json=job(id="7", **chosen))
    # Unknown fields may be refused, as long as they have no effect.
    expect.status(reply, 202, 422)
    if reply.status_code == 202:
        expect.fields(body(reply), state="queued", attempt=0)
        soon = moment(body(reply)["run_at"]) < moment(chosen["run_at"])
        expect.true("no_effect", soon, field="run_at", got=body(reply)["run_at"])


async def test_limits_of_a_job(alice: Client) -> None:
    """Every field is taken at its limits and refused with 422 beyond them."""
    for good in (
        *each("kind", "a" * 64, "a.b_c-9"),
        *each("queue", "a" * 64, "a.b_c-9"),
        *each("priority", -100, 100),
        *each("max_attempts", 1, 25),
        *each("delay_s", 2_592_000, 0.5),
        *each("unique_key", "k", unique("好" * 100)),
    ):
        expect.status(await alice.post("/v1/jobs", json=job(**good)), 202)
    for bad in (
        *each("kind", *NO_NAMES),
        *each("queue", *NO_NAMES),
        *each("payload", None, [1], "text"),
        *each("priority", -101, 101, 0.5),
        *each("delay_s", -1, 2_592_001, "soon"),
        *each("max_attempts", 0, 26, 1.5),
        *each("unique_key", "", "k" * 201),
    ):
        expect.status(await alice.post("/v1/jobs", json=job(**bad)), 422)
    expect.status(await alice.post("/v1/jobs", json={"payload": {}}), 422)


async def test_payload_is_limited(alice: Client) -> None:
    """Up to 64 KiB of payload are taken, counted in bytes; more is 413."""
    for text in ("x" * 60_000, CHINESE):
        made = await a_job(alice, payload={"text": text})
        expect.true("payload_kept", made["payload"] == {"text": text})
    for text in ("x" * 70_000, TOO_MUCH_CHINESE):
        reply = await alice.post("/v1/jobs", json=job(payload={"text": text}))
        expect.problem(reply, 413, "payload_too_large")


async def test_unknown_and_unauthorized(alice: Client, anonymous: Client) -> None:
    """An id that no job has is 404 in whatever form; without a token it is 401."""
    made = await a_job(alice)
    # The last one is a number of that job, and not its id.
    for unknown in ("999999999", "0", "no-such-job", "9" * 30, f"0{made['id']}"):
        reply = await alice.get(f"/v1/jobs/{unknown}")
        expect.problem(reply, 404, "not_found")
    for reply in (
        await anonymous.post("/v1/jobs", json=job()),
        await anonymous.get("/v1/jobs"),
        await anonymous.get(f"/v1/jobs/{made['id']}"),
    ):
        expect.problem(reply, 401, "unauthorized")


async def test_list_of_jobs(alice: Client, bob: Client, db: Database) -> None:
    """The list has everybody's jobs, the newest first, in full pages, and filters."""
    queue, other = unique("list"), unique("kind")
    ids = await some_jobs(alice, 4, queue=queue) + await some_jobs(bob, 1, queue=queue)
    ids += [(await a_job(bob, queue=queue, kind=other))["id"]]

    async def found(**query: Any) -> list[str]:
        reply = await alice.get("/v1/jobs", params={"queue": queue, **query})
        expect.status(reply, 200)
        return [item["id"] for item in body(reply)["items"]]

    expect.listed(await found(), ids[::-1], "id")
    expect.listed(await found(kind=other), ids[-1:], "id")
    expect.listed(await found(state="queued", limit=6), ids[::-1], "id")
    expect.listed(await found(state="dead"), [], "id")
    first = body(await alice.get("/v1/jobs", params={"queue": queue, "limit": 4}))
    rest = await found(limit=4, cursor=first["next_cursor"])
    expect.listed([item["id"] for item in first["items"]] + rest, ids[::-1], "id")
    # Each filter alone, and none at all: what is not sent must not narrow the list.
    for query in ({}, {"kind": other}, {"state": "queued"}):
        newest = body(await alice.get("/v1/jobs", params={"limit": 1, **query}))
        expect.listed([item["id"] for item in newest["items"]], ids[-1:], "id")
    for bad in ({"state": "asleep"}, {"limit": 0}, {"limit": 101}):
        expect.status(await alice.get("/v1/jobs", params=bad), 422)
    expect.listed(await found(queue="nobody-here"), [], "id")
    many = await inserted(db, 30, queue=other)
    expect.equal("page_sizes", len(await found(queue=other)), 20)
    expect.equal("page_sizes", len(await found(queue=other, limit=100)), 30)
    # Some of one moment, the others a millionth of a second apart.
    await db.execute(f"UPDATE jobs SET {CLOSE} WHERE queue = %s", other)
    expect.listed(sorted(await all_pages(alice, queue=other)), sorted(many), "id")


async def all_pages(client: Client, **query: Any) -> list[str]:
    """The ids of a whole list, read four by four."""
    ids: list[str] = []
    for _ in range(20):
        reply = await client.get("/v1/jobs", params={"limit": 4, **query})
        expect.status(reply, 200)
        page = body(reply)
        ids += [item["id"] for item in page["items"]]
        query["cursor"] = page["next_cursor"]
        if query["cursor"] is None:
            break
    return ids


async def test_bad_settings_end_the_start(world: World, start: Start) -> None:
    """With bad settings the process exits non-zero, naming the variable."""
    database = world.fresh()
    cases = (
        ("LEASE_S", "soon"),
        ("LEASE_S", "0"),
        ("POLL_S", "0"),
        ("WORKER_CONCURRENCY", "-1"),
        ("BACKOFF_BASE_S", "-2"),
        ("BACKOFF_MAX_S", "-0.5"),
        ("SHUTDOWN_GRACE_S", "-1"),
    )
    servers: list[Server] = []
    for name, value in cases:
        # They start side by side.
        servers.append(world.server(database, **{name: value}))
        servers[-1].launch()
    for (name, value), server in zip(cases, servers, strict=True):
        shown = f"{name}={value}"
        code = server.wait(10)
        got = "startup" if code is None else f"exit {code}"
        expect.true("exits", code, expected="exit ≠ 0", got=got, setting=shown)
        named = name.lower() in "".join(server.printed()).lower()
        expect.true("names_variable", named, expected=name, setting=shown)
        server.new_check()
    for server in servers:
        await server.close()
    # The ends of the ranges are allowed.
    start(BACKOFF_BASE_S="0", BACKOFF_MAX_S="0", SHUTDOWN_GRACE_S="0")
