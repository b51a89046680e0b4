"""Stage 5: all or nothing, committed before the answer, with few connections."""

import asyncio

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.blog.helpers import a_post, draft, drafts, published, unique


async def test_import_in_order(alice: Client, anonymous: Client) -> None:
    """An import of up to 100 posts answers 201 with them in the order sent."""
    # Their slugs go down: an app that sorts them for its locks must sort them back.
    sent = [*reversed(drafts(99, status="published")), draft(tags=["imported"])]
    sent[1]["title"] = sent[0]["title"]

    reply = await alice.post("/v1/posts/import", json={"posts": sent})

    expect.status(reply, 201)
    items = body(reply)["items"]
    expect.listed([i["title"] for i in items], [p["title"] for p in sent], "title")
    expect.fields(items[-1], tags=["imported"], status="draft")
    expect.status(await anonymous.get(f"/v1/posts/{items[0]['slug']}"), 200)
    for count in (0, 101):
        refused = await alice.post("/v1/posts/import", json={"posts": drafts(count)})
        expect.status(refused, 422)


async def test_import_is_all_or_nothing(alice: Client, db: Database) -> None:
    """An import that fails at its seventh post leaves no post and no tag behind."""
    taken, tag, title = await a_post(alice), unique("lost"), unique("Lost")
    posts = [draft(title=title, tags=[tag]) for _ in range(10)]

    conflict = [*posts[:6], draft(title=title, slug=taken["slug"]), *posts[7:]]
    reply = await alice.post("/v1/posts/import", json={"posts": conflict})
    expect.problem(reply, 409, "slug_taken")
    invalid = [*posts[:6], draft(title=""), *posts[7:]]
    expect.status(await alice.post("/v1/posts/import", json={"posts": invalid}), 422)
    twins = [*posts[:6], *(draft(title=title, slug=tag) for _ in range(2))]
    reply = await alice.post("/v1/posts/import", json={"posts": twins})
    expect.problem(reply, 409, "slug_taken")

    left = await db.count("posts", "title = %s", title)
    expect.equal("rows_left", left, 0, table="posts")
    expect.equal("rows_left", await db.count("tags", "name = %s", tag), 0, table="tags")


async def test_no_success_without_commit(start: Start) -> None:
    """When COMMIT fails the answer is an error, and the next request works."""
    server = start()
    alice, sent = server.client("alice"), draft(slug=unique("gate"))
    require(await alice.post("/v1/posts", json=draft()), 201, stage=1)

    async with server.database.failing_commit("posts"):
        reply = await alice.post("/v1/posts", json=sent)

    expect.equal(
        "rows",
        await server.database.count("posts", "slug = %s", sent["slug"]),
        0,
        table="posts",
    )
    expect.true(
        "commit_point", reply.status_code >= 500, expected="5xx", got=reply.status_code
    )
    expect.status(await alice.post("/v1/posts", json=sent), 201)


async def test_new_tag_is_shared(alice: Client, db: Database) -> None:
    """Five posts that bring the same new tags at once all answer 201."""
    tags = [unique("b"), unique("a")]
    calls = [
        alice.post("/v1/posts", json=draft(tags=tags[:: (-1) ** n])) for n in range(5)
    ]

    replies = await db.race(calls, "tags")

    expect.statuses(replies, *[201] * 5)
    for tag in tags:
        expect.equal("rows", await db.count("tags", "name = %s", tag), 1, table="tags")
        used = await db.count(
            "post_tags", "tag_id = (SELECT id FROM tags WHERE name = %s)", tag
        )
        expect.equal("rows", used, 5, table="post_tags")


async def test_one_slug_one_winner(alice: Client, db: Database) -> None:
    """Of two posts that want one slug at once, one gets 201, the other 409."""
    slug = unique("wanted")
    calls = [alice.post("/v1/posts", json=draft(slug=slug)) for _ in range(2)]

    replies = await db.race(calls, "posts")

    expect.statuses(replies, 201, 409)


async def test_titles_do_not_collide(alice: Client, db: Database) -> None:
    """Four posts with one title at once all get a slug of their own."""
    title = unique("The same title")
    calls = [alice.post("/v1/posts", json=draft(title=title)) for _ in range(4)]

    replies = await db.race(calls, "posts")

    expect.statuses(replies, *[201] * 4)
    slugs = {body(reply)["slug"] for reply in replies}
    expect.equal("slugs_differ", len(slugs), 4)


async def test_errors_leave_nothing_behind(start: Start) -> None:
    """After refused writes, more than there are connections, the next one works."""
    server = start(DB_POOL_SIZE="2")
    alice = server.client("alice")
    slug = (await a_post(alice))["slug"]

    for _ in range(4):
        refused = await alice.post("/v1/posts", json=draft(slug=slug))
        expect.problem(refused, 409, "slug_taken")

    expect.status(await alice.post("/v1/posts", json=draft()), 201)
    open_ones = await server.database.backends("state <> 'idle'")
    expect.equal("open_transactions", open_ones, 0)


async def test_one_connection_is_enough(start: Start) -> None:
    """With a pool of one, an authenticated write and a list still work."""
    server = start(DB_POOL_SIZE="1", DB_POOL_TIMEOUT_S="2")
    alice = server.client("alice")

    expect.status(await alice.post("/v1/posts", json=draft()), 201)

    imported = await alice.post(
        "/v1/posts/import", json={"posts": drafts(3, tags=["one"])}
    )
    expect.status(imported, 201)


async def test_full_pool_answers_503(start: Start) -> None:
    """With every connection busy the answer is 503 `database_busy` and Retry-After."""
    server = start(DB_POOL_SIZE="1", DB_POOL_TIMEOUT_S="0.3")
    alice, bob = server.client("alice"), server.client("bob")
    await published(alice)

    async with server.database.hold("posts") as gate:
        first = asyncio.create_task(alice.post("/v1/posts", json=draft()))
        await gate.waiting(1, [first])
        second = await bob.post("/v1/posts", json=draft())

    expect.problem(second, 503, "database_busy")
    seconds = expect.header(second, "retry-after")
    expect.true("retry_after", seconds.isdigit(), expected="1", got=seconds)
    expect.status(await first, 201)
    expect.status(await bob.post("/v1/posts", json=draft()), 201)


async def test_pool_is_bounded(start: Start) -> None:
    """Ten writes at once use 5 connections, or as many as the settings allow."""
    await fills_its_pool(start(DB_POOL_TIMEOUT_S="0.5"), 5)
    sized = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "2"}
    await fills_its_pool(start(**sized, DB_POOL_TIMEOUT_S="0.5"), 3)


async def fills_its_pool(server: Server, size: int) -> None:
    alice = server.client("alice")
    await published(alice)

    async with server.database.hold("posts") as gate:
        posts = [alice.post("/v1/posts", json=draft()) for _ in range(10)]
        tasks = [asyncio.create_task(post) for post in posts]
        await gate.waiting(10, tasks)
        used = await server.database.backends()
    replies = await asyncio.gather(*tasks)

    expect.at_most("pool_size", used, size)
    expect.statuses(replies, *[201] * size, *[503] * (10 - size))
