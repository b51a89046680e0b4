"""Stage 7: what those who run the service need to see, and nobody else may."""

import asyncio
import re
import time

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields
from grader.judge.database import GATE_SECRET
from grader.judge.suite.fixtures import Start
from tests.blog.helpers import draft, published, unique
from tests.blog.log_lines import (
    NOWHERE,
    SECRETS,
    are_objects,
    each_has_its_line,
    send_secrets,
)
from tests.blog.metrics import counters, seconds_observed
from tests.blog.readiness import becomes, starts_unready

# Of a request id.
FORM = re.compile(r"[\w.-]{1,64}", re.ASCII)
# For a request whose time is taken a little after its answer was there.
SLACK_S = 0.1


async def test_every_error_is_a_problem(alice: Client, anonymous: Client) -> None:
    """404, 405 and 422 of the framework are problem details; 422 names the field."""
    expect.problem(await anonymous.get(NOWHERE), 404, "not_found")
    wrong_method = await anonymous.request("PUT", "/v1/posts")
    expect.problem(wrong_method, 405, "method_not_allowed")
    expect.header(wrong_method, "allow")

    for sent, field in ((draft(title=""), "title"), ({"title": "x"}, "body")):
        reply = await alice.post("/v1/posts", json=sent)
        expect.problem(reply, 422, "validation_error")
        expect.names_field(reply, field)
    query = await anonymous.get("/v1/posts", params={"limit": 0})
    expect.problem(query, 422, "validation_error")
    expect.names_field(query, "limit")
    torn = await alice.post(
        "/v1/posts", content=b'{"title": ', headers={"content-type": "application/json"}
    )
    expect.problem(torn, 422, "validation_error")


async def test_request_id(alice: Client, anonymous: Client) -> None:
    """X-Request-ID is echoed when well formed, else made anew, on every answer."""
    good = unique("Request.id_")
    for reply in (
        await alice.get("/v1/posts", headers={"X-Request-ID": good}),
        await anonymous.get(NOWHERE, headers={"X-Request-ID": good}),
        await anonymous.get("/v1/me", headers={"X-Request-ID": good}),
    ):
        expect.equal("request_id", reply.headers.get("x-request-id"), good)
    made = set()
    # As Latin-1 and as UTF-8, which is two letters in Latin-1.
    foreign = ("é", "ê".encode().decode("latin-1"))
    bad_ones = ("two words", "x" * 65, "semi;colon", "", None, *foreign)
    for bad in bad_ones:
        headers = {} if bad is None else {b"X-Request-ID": bad.encode("latin-1")}
        found = expect.header(
            await alice.get("/v1/posts", headers=headers), "x-request-id"
        )
        expect.true("request_id_form", FORM.fullmatch(found), got=found)
        expect.true("request_id_new", found != bad, got=found)
        made.add(found)
    expect.equal("request_ids_differ", len(made), len(bad_ones))


async def test_crash_tells_the_log_not_the_client(start: Start) -> None:
    """A 500 hides its cause from the client; the log has it, the counter counts it."""
    server = start()
    alice, request_id = server.client("alice"), unique("crash")

    async with server.database.failing_commit("posts"):
        reply = await alice.post(
            "/v1/posts", json=draft(), headers={"X-Request-ID": request_id}
        )

    expect.problem(reply, 500, "internal_error")
    for secret in (GATE_SECRET, "psycopg", "sqlalchemy", "Traceback"):
        expect.true(
            "no_internals", secret.lower() not in reply.text.lower(), got=secret
        )
    expect.equal("request_id", reply.headers.get("x-request-id"), request_id)
    record = await server.log(event="http_request", request_id=request_id)
    expect.true(
        "log_line", record and record.get("status") == 500, expected=500, got=record
    )
    traced = [
        line
        for line in server.lines()
        if request_id in line and "Traceback" in line and GATE_SECRET in line
    ]
    expect.true("traceback_logged", traced, expected=request_id, got=len(traced))
    # This server is the check's own: its first line is among these.
    are_objects(server)
    crashed = {"method": "POST", "route": "/v1/posts", "status": "500"}
    counted = (await counters(server.client())).get(frozenset(crashed.items()), 0)
    expect.equal("metric_crash", counted, 1)


async def test_every_request_is_logged(
    server: Server, alice: Client, anonymous: Client
) -> None:
    """Each request is one JSON line; no line holds a secret, refused ones neither."""
    request_id = unique("log")
    path = f"/v1/posts/{(await published(alice))['slug']}"

    await alice.get(
        path, params={"q": "in-the-query"}, headers={"X-Request-ID": request_id}
    )

    record = await server.log(event="http_request", request_id=request_id)
    expect.true(
        "log_line", record is not None, expected="http_request", got=server.lines()[-3:]
    )
    expect.fields(Fields(record or {}), method="GET", path=path, status=200)
    await each_has_its_line(server, anonymous)
    duration = (record or {}).get("duration_ms")
    expect.true(
        "duration", isinstance(duration, int | float) and duration >= 0, got=duration
    )
    await send_secrets(server, alice, request_id)
    for last in (".3", ".4"):
        await server.log(event="http_request", request_id=request_id + last)
    are_objects(server)
    everything = "".join(server.printed())
    for name, secret in (*SECRETS, ("token", str(alice.token))):
        expect.true("no_secret_logged", secret not in everything, got=name, what=name)


async def test_metrics_count_by_route(alice: Client, anonymous: Client) -> None:
    """Metrics are labelled by route template; all unknown paths share one label."""
    slugs = [(await published(alice))["slug"] for _ in range(2)]
    before = await counters(anonymous)
    started, observed = time.perf_counter(), await seconds_observed(anonymous)
    for slug in slugs:
        await anonymous.get(f"/v1/posts/{slug}")
    for word in ("a", "b"):
        await anonymous.get(f"/{unique(word)}/{word}")
    # Of a route that is there, though the post is not.
    await anonymous.get(f"/v1/posts/{unique('nobodys')}")

    after = await counters(anonymous)
    grown_s = await seconds_observed(anonymous) - observed
    # One request after the other: together they took no longer than they all did.
    passed = time.perf_counter() - started
    expect.true(
        "metric_seconds",
        0 < grown_s <= passed + SLACK_S,
        expected=f"0 < Δ ≤ {passed + SLACK_S:.2f}",
        got=round(grown_s, 3),
    )

    grown = {k: v - before.get(k, 0) for k, v in after.items() if v != before.get(k, 0)}
    by_template = {
        k: v
        for k, v in grown.items()
        if ("method", "GET") in k and ("status", "200") in k
    }
    template = [
        dict(k)["route"]
        for k, v in by_template.items()
        if v == 2 and "{" in dict(k)["route"]
    ]
    expect.equal("metric_template", template, ["/v1/posts/{slug}"])
    unknown = {dict(k)["route"]: v for k, v in grown.items() if ("status", "404") in k}
    expect.equal("metric_missing", unknown.pop("/v1/posts/{slug}", 0), 1)
    expect.equal("metric_unmatched", [*unknown.values()], [2])
    text = (await anonymous.get("/metrics")).text
    has_histogram = "http_request_duration_seconds_bucket{" in text
    expect.true(
        "metric_histogram", has_histogram, expected="http_request_duration_seconds"
    )
    for slug in slugs:
        expect.true("metric_raw_path", slug not in text, got=slug)


async def test_health_tells_the_database_apart(start: Start) -> None:
    """Without the database `/healthz` stays 200, `/readyz` is 503, and both recover."""
    server = start()
    client = server.client()
    for probe in ("/healthz", "/readyz"):
        expect.status(await client.get(probe), 200)

    async with server.database.down():
        expect.status(await client.get("/healthz"), 200)
        expect.problem(await becomes(client, 503), 503, "not_ready")

    expect.status(await becomes(client, 200), 200)


async def test_not_ready_behind_head(world: World) -> None:
    """`/readyz` is 503 while the schema is behind the newest migration."""
    database = world.database()
    behind = world.migrate(database, ["upgrade", "0001"])
    expect.true("migration", behind.ok, expected="upgrade 0001", got=behind.exception())
    await (await starts_unready(world, database)).close()
    # No revision at all is behind the head as well.
    await database.execute("DELETE FROM alembic_version")
    server = await starts_unready(world, database)
    await database.execute("INSERT INTO alembic_version VALUES ('0001')")

    head = world.migrate(database, ["upgrade", "head"])
    expect.true("migration", head.ok, expected="upgrade head", got=head.exception())
    expect.status(await becomes(server.client(), 200), 200)
    await server.close()


async def test_shutdown_finishes_its_work(start: Start) -> None:
    """On SIGTERM a request in flight is answered and the process exits with 0."""
    server = start()
    alice = server.client("alice")
    await published(alice)

    async with server.database.hold("posts") as gate:
        task = asyncio.create_task(alice.post("/v1/posts", json=draft()))
        await gate.waiting(1, [task])
        server.signal(15)
    reply = await task
    code = await asyncio.to_thread(server.wait)

    expect.status(reply, 201)
    expect.equal("exit_code", code, 0)
