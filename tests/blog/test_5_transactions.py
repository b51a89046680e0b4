"""Stage 5: all or nothing, committed before the answer, with few connections."""

import asyncio
import time

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.suite.fixtures import Start
from tests.blog.helpers import (
    a_comment,
    a_post,
    draft,
    drafts,
    is_slug,
    published,
    unique,
)
from tests.blog.pool import (
    READS,
    an_account,
    fills_its_pool,
    no_request_needs_two,
    not_busy,
)
from tests.blog.tokens import needs_token

# Posts with the slugs that follow another's.
FOLLOWERS = """
    INSERT INTO posts (author_id, slug, title, body, status, version,
                       published_at, created_at, updated_at)
    SELECT author_id, slug || '-' || n, title, body, status, version,
           published_at, created_at, updated_at
    FROM posts, generate_series(1, 200) AS n WHERE slug = %s
    ON CONFLICT DO NOTHING
"""


async def test_import_in_order(
    server: Server, alice: Client, anonymous: Client
) -> None:
    """An import of up to 100 posts answers 201, in the order sent; it needs a token."""
    # Their slugs go down: an app that sorts them for its locks must sort them back.
    sent = [*reversed(drafts(99, status="published")), draft(tags=["imported"])]
    for twin in sent[:2]:
        twin["title"] = "Twin" + " twin" * 39

    reply = await alice.post("/v1/posts/import", json={"posts": sent})

    expect.status(reply, 201)
    items = body(reply)["items"]
    expect.listed([i["title"] for i in items], [p["title"] for p in sent], "title")
    for item in items:
        is_slug(item["slug"])
    expect.fields(items[-1], tags=["imported"], status="draft")
    expect.status(await anonymous.get(f"/v1/posts/{items[0]['slug']}"), 200)
    await derived_slug_gives_way(alice)
    for count in (0, 101):
        wrong = {"posts": drafts(count)}
        refused = await alice.post("/v1/posts/import", json=wrong)
        expect.status(refused, 422)
        await needs_token(server, "POST", "/v1/posts/import", json=wrong)
    await needs_token(server, "POST", "/v1/posts/import", json={"posts": drafts(1)})


async def derived_slug_gives_way(alice: Client) -> None:
    """Import a title together with the slug that the app would derive from it."""
    gone = await a_post(alice, title=unique("Derived"))
    path = f"/v1/posts/{gone['slug']}"
    require(await alice.delete(path), 204, stage=1)
    sent = [draft(title=gone["title"]), draft(slug=gone["slug"])]

    reply = await alice.post("/v1/posts/import", json={"posts": sent})

    expect.status(reply, 201)
    given = body(reply)["items"][1]
    expect.equal("field", given["slug"], gone["slug"], field="slug")


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
    await imports_share_tags(alice, db)


async def imports_share_tags(alice: Client, db: Database) -> None:
    """Two imports that bring the same new tags, a tag a post, in opposite order."""
    tags = sorted(unique("shared") for _ in range(8))
    calls = [
        alice.post("/v1/posts/import", json={"posts": [draft(tags=[t]) for t in order]})
        for order in (tags, tags[::-1])
    ]

    replies = await db.race(calls, "tags")

    expect.statuses(replies, 201, 201)
    for tag in tags:
        expect.equal("rows", await db.count("tags", "name = %s", tag), 1, table="tags")


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
    # However many there are: those that an app is likely to try next are taken.
    for slug in slugs:
        await db.execute(FOLLOWERS, slug)
    expect.status(await alice.post("/v1/posts", json=draft(title=title)), 201)


async def test_comment_meets_delete(alice: Client, bob: Client, db: Database) -> None:
    """A comment on a post that is being deleted is 201 or 404, and goes with it."""
    post = await published(alice)
    root = await a_comment(bob, post["slug"])
    path = f"/v1/posts/{post['slug']}"

    async with db.hold("comments") as gate:
        deletion = asyncio.create_task(alice.delete(path))
        await gate.waiting(1, [deletion])
        # One by itself, and one that answers another that will be gone, too.
        texts = ({"body": "Wait!"}, {"body": "Why?", "parent_id": root["id"]})
        calls = (bob.post(f"{path}/comments", json=sent) for sent in texts)
        comments = [asyncio.create_task(call) for call in calls]
        await gate.waiting(3, [deletion, *comments])

    expect.status(await deletion, 204)
    for reply in await asyncio.gather(*comments):
        expect.status(reply, 201, 404)
        if reply.status_code == 404:
            expect.problem(reply, 404, "not_found")
    mine = "post_id::text = %s AND deleted_at IS NULL"
    left = await db.count("comments", mine, post["id"])
    expect.equal("rows", left, 0, table="comments")


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
    await no_request_needs_two(server)


async def test_full_pool_answers_503(start: Start) -> None:
    """With every connection busy the answer is 503 `database_busy` and Retry-After."""
    server = start(DB_POOL_SIZE="1", DB_POOL_TIMEOUT_S="0.3")
    alice, bob = server.client("alice"), server.client("bob")
    await published(alice)

    async with server.database.hold("posts") as gate:
        first = asyncio.create_task(alice.post("/v1/posts", json=draft()))
        await gate.waiting(1, [first])
        asked = time.monotonic()
        second = await bob.post("/v1/posts", json=draft())
        waited = time.monotonic() - asked

    expect.problem(second, 503, "database_busy")
    # A busy machine waits longer, never shorter.
    got = f"{waited:.2f} s"
    expect.true("waits_for_the_pool", waited > 0.25, expected="≥ 0.3 s", got=got)
    seconds = expect.header(second, "retry-after")
    expect.true("retry_after", seconds.isdigit(), expected="1", got=seconds)
    expect.status(await first, 201)
    expect.status(await bob.post("/v1/posts", json=draft()), 201)
    # A write that changes no post: a cache would keep what it was told meanwhile.
    async with server.database.hold("users") as gate:
        late = asyncio.create_task(bob.post("/v1/auth/register", json=an_account()))
        await gate.waiting(1, [late])
        await asyncio.gather(*(bob.get(path) for path in READS))
    not_busy(await late, 201)
    for path in READS:
        not_busy(await bob.get(path), 200)


async def test_pool_is_bounded(start: Start) -> None:
    """Ten writes at once use 5 connections, or as many as the settings allow."""
    await fills_its_pool(start(DB_POOL_TIMEOUT_S="0.5"), 5)
    sized = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "2"}
    await fills_its_pool(start(**sized, DB_POOL_TIMEOUT_S="0.5"), 3)
