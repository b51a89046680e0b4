"""Stage 4: relations, pages that lose nothing, and a constant number of statements."""

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.database import Database, Statements
from grader.judge.pace import alone
from grader.judge.pace.speed import keeps_pace
from grader.judge.suite.fixtures import Start
from tests.blog.crowds import A_HUNDRED_COMMENTS, crowd, discussed
from tests.blog.cursors import NO_CURSORS, altered
from tests.blog.helpers import (
    NO_IDS,
    a_comment,
    a_post,
    comments_of,
    draft,
    many,
    pages,
    published,
    unique,
)
from tests.blog.tokens import needs_token

# The fields of a post, alone and in lists.
SHAPE = (
    *("id", "slug", "title", "body", "status", "version", "published_at"),
    *("created_at", "updated_at", "author", "tags", "comment_count"),
)
FOUR = ("alice", "bob", "carol", "admin")


async def test_tags_are_normalised(alice: Client) -> None:
    """Tags are trimmed, lower-cased, deduplicated and sorted; more than 10 are 422."""
    post = await a_post(alice, tags=[" Python ", "python", "AB", "a-z"])

    # A hyphen comes before every letter: not so in the order of a dictionary.
    expect.equal("field", post["tags"], ["a-z", "ab", "python"], field="tags")
    ten = [f"t{n}" for n in range(10)]
    expect.equal("field", (await a_post(alice, tags=ten))["tags"], ten, field="tags")
    # Repetitions do not count.
    repeated = await a_post(alice, tags=[*ten, " T0"])
    expect.equal("field", repeated["tags"], ten, field="tags")
    for bad in ([*ten, "t10"], ["two words"], ["标签"], ["x" * 33], [""]):
        expect.status(await alice.post("/v1/posts", json=draft(tags=bad)), 422)


async def test_list_shows_published_posts_newest_first(
    alice: Client, bob: Client, db: Database
) -> None:
    """The list has published posts only, newest first, with author, tags and count."""
    tag = unique("list")
    hidden = await a_post(alice, tags=[tag])
    posts = [await published(who, tags=[tag]) for who in (alice, bob, alice)]
    await a_comment(bob, posts[0]["slug"])
    # Published last, though created first.
    await db.execute(
        "UPDATE posts SET published_at = now() WHERE slug = %s", posts[0]["slug"]
    )

    reply = await alice.get("/v1/posts", params={"tag": tag})

    expect.status(reply, 200)
    items = body(reply)["items"]
    slugs = [item["slug"] for item in items]
    expect.absent(slugs, hidden["slug"])
    newest = [posts[0], posts[2], posts[1]]
    expect.listed(slugs, [post["slug"] for post in newest], "slug")
    expect.fields(items[0], tags=[tag], comment_count=1)
    expect.fields(items[2]["author"], id=bob.id, name="bob")
    alone = body(await alice.get(f"/v1/posts/{posts[1]['slug']}"))
    expect.fields(items[2], **{name: alone[name] for name in SHAPE})


async def test_filters(alice: Client, bob: Client, anonymous: Client) -> None:
    """`tag` and `author` narrow the list, alone and together; unknown ones empty it."""
    tag, other = unique("one"), unique("other")
    mine = await published(alice, tags=[tag, other])
    his = await published(bob, tags=[tag])

    async def found(**query: str) -> list[str]:
        reply = await anonymous.get("/v1/posts", params=query)
        return [item["slug"] for item in require(reply, 200, stage=4)["items"]]

    expect.listed(await found(tag=tag), [his["slug"], mine["slug"]], "slug")
    expect.listed(await found(tag=other), [mine["slug"]], "slug")
    expect.listed(await found(tag=tag, author=alice.id), [mine["slug"]], "slug")
    expect.listed(await found(tag=unique("nobody")), [], "slug")
    his_newest = (await found(author=bob.id))[0]
    expect.equal("field", his_newest, his["slug"], field="slug")
    for nobody in NO_IDS:
        expect.listed(await found(author=nobody), [], "slug")


async def test_pages_are_full_under_a_tag(alice: Client, anonymous: Client) -> None:
    """With `tag=` a page holds exactly `limit` posts, and a full last one ends it."""
    tag = unique("full")
    tags = [tag, unique("x"), unique("y")]
    posts = await many(alice, 4, tags=tags)
    await many(alice, 4)
    posts += await many(alice, 3, tags=tags)

    found = await pages(anonymous, "/v1/posts", tag=tag, limit=3)

    expect.equal("page_sizes", [len(page) for page in found], [3, 3, 1])
    whole = await pages(anonymous, "/v1/posts", tag=tag, limit=7)
    expect.equal("page_sizes", [len(page) for page in whole], [7])
    slugs = sorted(post["slug"] for page in found for post in page)
    expect.listed(slugs, sorted(post["slug"] for post in posts), "slug")


async def test_walk_over_ties(start: Start) -> None:
    """200 posts of one instant, read while others come: each once, 20 by default."""
    server = start()
    alice = server.client("alice")
    posts = await many(alice, 200)
    await server.database.execute(
        "UPDATE posts SET published_at = '2025-01-01 00:00Z', updated_at = now()"
    )
    found: list[str] = []
    cursor, more = None, 0
    while True:
        query = {"limit": 40, **({"cursor": cursor} if cursor else {})}
        page = require(await alice.get("/v1/posts", params=query), 200, stage=4)
        found += [item["slug"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None or len(found) > 400:
            break
        more += len(await many(alice, 3))

    expected = sorted(post["slug"] for post in posts)
    added = set(found) - set(expected)
    expect.listed(sorted(slug for slug in found if slug not in added), expected, "slug")
    expect.equal("page_sizes", len(body(await alice.get("/v1/posts"))["items"]), 20)
    widest = await pages(alice, "/v1/posts", limit=100)
    expect.equal("page_sizes", [len(page) for page in widest], [100, 100, more])


async def test_pages_refuse_bad_queries(alice: Client, anonymous: Client) -> None:
    """A `limit` outside 1–100 is 422, a cursor that is none is 422 `invalid_cursor`."""
    post, _ = await many(alice, 2)
    for _ in range(2):
        await a_comment(alice, post["slug"])
    for path in ("/v1/posts", f"/v1/posts/{post['slug']}/comments"):
        for limit in (0, 101, "many"):
            reply = await anonymous.get(path, params={"limit": limit})
            expect.status(reply, 422)
        first = require(await anonymous.get(path, params={"limit": 1}), 200, stage=4)
        issued = str(first["next_cursor"])
        for cursor in (*NO_CURSORS, *altered(issued)):
            reply = await anonymous.get(path, params={"cursor": cursor})
            expect.problem(reply, 422, "invalid_cursor")
            expect.names_field(reply, "cursor")


async def test_statements_do_not_grow(start: Start, world: World) -> None:
    """50 posts or comments take as many statements as 5, and at most 6."""
    server = start()
    people = [world.somebody(server, who) for who in FOUR]
    await crowd(people)
    alice = people[0]

    async def statements(path: str, limit: int) -> Statements:
        async with server.database.counting() as sql:
            reply = await alice.get(path, params={"limit": limit})
        items = require(reply, 200, stage=4)["items"]
        expect.equal("page_sizes", len(items), limit)
        return sql

    for path in ("/v1/posts", await discussed(people)):
        await statements(path, 5)
        few = await statements(path, 5)
        more = await statements(path, 50)
        equal, got = more.calls == few.calls, more.beside(few)
        expect.true("sql_grows", equal, expected=few.calls, got=got, path=path)
        expect.at_most("sql_budget", more.calls, 6, path=path)


async def test_comments_form_a_thread(
    alice: Client, bob: Client, anonymous: Client, db: Database
) -> None:
    """Comments come oldest first, each once; a foreign or unknown parent is 422."""
    post, other, hidden = (
        await published(alice),
        await published(alice),
        await a_post(alice),
    )
    root = await a_comment(bob, post["slug"])
    reply = await a_comment(alice, post["slug"], parent_id=root["id"], body="Thanks!")
    last = await a_comment(bob, post["slug"], parent_id=reply["id"])

    path = f"/v1/posts/{post['slug']}/comments"
    found = [c for page in await pages(anonymous, path, limit=2) for c in page]
    expect.listed([c["id"] for c in found], [root["id"], reply["id"], last["id"]], "id")
    expect.fields(found[1], parent_id=root["id"], body="Thanks!", deleted=False)
    expect.fields(found[1]["author"], id=alice.id, name="alice")
    expect.fields(found[2], parent_id=reply["id"], deleted=False)
    elsewhere = {"body": "Hm?", "parent_id": root["id"]}
    refused = await bob.post(f"/v1/posts/{other['slug']}/comments", json=elsewhere)
    nowhere = [{"body": "Hm?", "parent_id": nobody} for nobody in NO_IDS]
    unknown = [await bob.post(path, json=sent) for sent in nowhere]
    for answer in (refused, *unknown):
        expect.problem(answer, 422, "invalid_parent")
        expect.names_field(answer, "parent_id")
    await db.execute(
        "UPDATE comments SET created_at = '2025-01-01Z' WHERE post_id::text = %s",
        post["id"],
    )
    tied = [c["id"] for page in await pages(anonymous, path, limit=2) for c in page]
    expect.listed(sorted(tied), sorted(c["id"] for c in found), "id")
    await db.execute(A_HUNDRED_COMMENTS, last["id"])
    widest = await pages(anonymous, path, limit=100)
    expect.equal("page_sizes", [len(page) for page in widest], [100, 3])
    for text in ("", "x" * 2001):
        expect.status(await bob.post(path, json={"body": text}), 422)
    unseen = await bob.post(f"/v1/posts/{hidden['slug']}/comments", json={"body": "?"})
    expect.problem(unseen, 404, "not_found")
    expect.problem(
        await bob.get(f"/v1/posts/{hidden['slug']}/comments"), 404, "not_found"
    )
    secret = await a_comment(alice, hidden["slug"])
    unseen = await bob.delete(f"/v1/comments/{secret['id']}")
    expect.problem(unseen, 404, "not_found")


async def test_deleted_comment_keeps_its_replies(
    server: Server, alice: Client, bob: Client, admin: Client
) -> None:
    """A deleted comment stays, without text, and does not count; 401 without token."""
    post = await published(alice)
    root = await a_comment(bob, post["slug"])
    reply = await a_comment(alice, post["slug"], parent_id=root["id"])

    await writing_needs_a_token(server, post["slug"], root["id"])
    expect.problem(await alice.delete(f"/v1/comments/{root['id']}"), 403, "forbidden")
    expect.status(await bob.delete(f"/v1/comments/{root['id']}"), 204)

    found = await comments_of(bob, post["slug"])
    expect.listed([c["id"] for c in found], [root["id"], reply["id"]], "id")
    expect.fields(found[0], deleted=True, body=None)
    expect.fields(found[1], deleted=False, parent_id=root["id"])
    counted = body(await bob.get(f"/v1/posts/{post['slug']}"))
    expect.fields(counted, comment_count=1)
    expect.status(await alice.delete(f"/v1/posts/{post['slug']}"), 204)
    for gone in (reply["id"], *NO_IDS):
        answer = await alice.delete(f"/v1/comments/{gone}")
        expect.problem(answer, 404, "not_found")
    other = await published(alice)
    his = await a_comment(bob, other["slug"])
    expect.status(await admin.delete(f"/v1/comments/{his['id']}"), 204)


async def writing_needs_a_token(server: Server, slug: str, comment: str) -> None:
    """Send comments and deletions that have no token, and another fault or none."""
    path, nowhere = (f"/v1/posts/{s}/comments" for s in (slug, unique("nobodys")))
    await needs_token(server, "POST", path, json={"body": "Who am I?"})
    await needs_token(server, "POST", path, json={"body": ""})
    await needs_token(server, "POST", nowhere, json={"body": "Where am I?"})
    for number in (comment, *NO_IDS):
        await needs_token(server, "DELETE", f"/v1/comments/{number}")


@alone
def test_list_keeps_pace(world: World, benchmark: object) -> None:
    """A list of 50 takes at most twice the reference's time, measured in turns."""
    keeps_pace(benchmark, world, fifty_posts)


async def fifty_posts(client: Client) -> tuple[str, dict[str, str]]:
    await many(client, 50, tags=[unique("pace") for _ in range(4)])
    return "/v1/posts?limit=50", {}
