"""Stage 6: edits that never overwrite one another, and answers that are never stale."""

import asyncio
import re
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.checks.arrange import require
from grader.judge.database import Database
from grader.judge.pace import alone
from grader.judge.pace.speed import keeps_pace
from grader.judge.suite.fixtures import Start
from tests.blog.edits import (
    both_edits_count,
    edit,
    editing_needs_a_token,
    one_edit_wins,
    writes_meet_a_deletion,
)
from tests.blog.helpers import (
    a_comment,
    a_post,
    draft,
    etag_of,
    published,
    published_since,
    unique,
)
from tests.blog.tag_counts import count_of, read_before_written, read_during_commit

# What PATCH answers as the next GET does; times may be written in another zone.
SAME = ("id", "slug", "body", "status", "version", "author", "tags", "comment_count")


async def test_unchanged_is_304(alice: Client, anonymous: Client) -> None:
    """A post has an ETag; If-None-Match with it, a list or `*` is a bare 304."""
    created = await alice.post("/v1/posts", json=draft(status="published"))
    expect.header(created, "etag")
    path = f"/v1/posts/{require(created, 201, stage=1)['slug']}"
    etag = expect.header(await anonymous.get(path), "etag")
    quoted = re.fullmatch(r'(W/)?"[^"]*"', etag)
    expect.true("etag_quoted", quoted, expected='"…"', got=etag)

    for known in (etag, f'"other", {etag}', f'"other",{etag},"more"', "*"):
        reply = await anonymous.get(path, headers={"If-None-Match": known})
        expect.status(reply, 304)
        expect.equal("empty", reply.content, b"")
        expect.equal("etag", reply.headers.get("etag"), etag)
    fresh = await anonymous.get(path, headers={"If-None-Match": '"other"'})
    expect.status(fresh, 200)


async def test_edits_need_a_match(alice: Client) -> None:
    """PATCH without If-Match is 428, with a wrong one 412; a list and `*` may match."""
    post = await published(alice)
    path = f"/v1/posts/{post['slug']}"

    bare = await alice.patch(path, json={"title": "New"})
    expect.problem(bare, 428, "precondition_required")
    other = await edit(alice, post["slug"], '"other"', title="New")
    expect.problem(other, 412, "precondition_failed")
    expect.fields(body(await alice.get(path)), title=post["title"])
    # White space after a comma may be there or not.
    for listed in ('"other", {}', '"other",{},"more"'):
        known = listed.format(await etag_of(alice, post["slug"]))
        expect.status(await edit(alice, post["slug"], known, title="New"), 200)
    expect.status(await edit(alice, post["slug"], "*", title="Newer"), 200)
    expect.fields(body(await alice.get(path)), title="Newer", slug=post["slug"])


async def test_each_edit_has_its_etag(alice: Client) -> None:
    """Two edits in one second, one of the tags alone: each has its own ETag."""
    slug = (await published(alice))["slug"]

    first = await edit(alice, slug, title="One")
    expect.status(first, 200)
    old = expect.header(first, "etag")
    second = await edit(alice, slug, old, title="Two")
    expect.status(second, 200)

    expect.true("etag_changes", second.headers.get("etag") != old, got=old)
    late = await edit(alice, slug, old, title="Three")
    expect.problem(late, 412, "precondition_failed")
    stale = await alice.get(f"/v1/posts/{slug}", headers={"If-None-Match": old})
    expect.status(stale, 200)
    newer = second.headers.get("etag")
    expect.equal("etag", newer, stale.headers.get("etag"))
    retagged = await edit(alice, slug, tags=["retagged"])
    expect.status(retagged, 200)
    expect.true("etag_changes", retagged.headers.get("etag") != newer, got=newer)


async def test_no_edit_is_lost(alice: Client, db: Database) -> None:
    """Of two edits under one ETag at once one is 200, one 412; `*` loses none."""
    titles = [{"title": f"Edit {n}"} for n in range(2)]
    await one_edit_wins(alice, db, "{}", *titles)
    await one_edit_wins(alice, db, '"other", {}', titles[0], {"tags": ["edited"]})
    await both_edits_count(alice, db)
    await writes_meet_a_deletion(alice, db)


async def test_publishing(alice: Client, anonymous: Client, db: Database) -> None:
    """A draft can be published, once and for all: back is 409 `invalid_transition`."""
    # Created in the past, for all that the app can see.
    slug = (await a_post(alice))["slug"]
    await db.execute(
        "UPDATE posts SET created_at = '2025-01-01Z' WHERE slug = %s", slug
    )

    before = datetime.now(UTC)
    reply = await edit(alice, slug, status="published")

    expect.status(reply, 200)
    at = body(reply)["published_at"]
    published_since(at, before)
    expect.status(await anonymous.get(f"/v1/posts/{slug}"), 200)
    back = await edit(alice, slug, status="draft")
    expect.problem(back, 409, "invalid_transition")
    again = await edit(alice, slug, status="published", title="Later")
    expect.status(again, 200)
    expect.fields(body(again), published_at=at)


async def test_rules_of_editing(
    server: Server, alice: Client, bob: Client, admin: Client
) -> None:
    """401, 403, for a draft 404; limits hold, tags are replaced, slugs stay."""
    post, hidden = await published(alice, tags=["old"]), await a_post(alice)
    slug, etag = post["slug"], await etag_of(alice, post["slug"])
    secret = await etag_of(alice, hidden["slug"])
    await a_comment(bob, slug)

    await editing_needs_a_token(server, slug, etag)
    expect.problem(await edit(bob, slug, etag, title="Mine"), 403, "forbidden")
    unseen = await edit(bob, hidden["slug"], secret, title="Mine")
    expect.problem(unseen, 404, "not_found")
    ten = [f"t{n}" for n in range(10)]
    for limit in (
        *({"title": ""}, {"body": ""}, {"body": "b" * 50_001}),
        {"tags": [*ten, "t10"]},
    ):
        expect.status(await edit(alice, slug, **limit), 422)

    reply = await edit(admin, slug, title="Edited", tags=[" New "])

    expect.status(reply, 200)
    expect.fields(
        body(reply), title="Edited", body=post["body"], tags=["new"], slug=slug
    )
    expect.fields(body(reply)["author"], id=alice.id)
    shown = body(await alice.get(f"/v1/posts/{slug}"))
    expect.fields(body(reply), **{name: shown[name] for name in SAME})
    expect.true(
        "version_grows",
        body(reply)["version"] > post["version"],
        got=body(reply)["version"],
    )
    for change, tags in (
        ({"body": "Other."}, ["new"]),
        # Repetitions do not count.
        ({"tags": [*ten, " T0"]}, ten),
        ({"tags": []}, []),
    ):
        again = await edit(alice, slug, **change)
        expect.status(again, 200)
        expect.fields(body(again), title="Edited", tags=tags)


async def test_second_read_of_tags_is_free(
    alice: Client, anonymous: Client, db: Database
) -> None:
    """`GET /v1/tags` counts published posts by name; read again it needs no SQL."""
    tags = [unique("warm-b"), unique("warm-a")]
    await published(alice, tags=tags)
    await published(alice, tags=tags[:1])
    reply = await anonymous.get("/v1/tags")
    expect.status(reply, 200)
    names = [tag["name"] for tag in body(reply)]
    expect.listed(names, sorted(names), "name")
    expect.equal("post_count", await count_of(anonymous, tags[0]), 2)

    async with db.counting() as sql:
        again = await anonymous.get("/v1/tags")

    expect.equal("sql_cached", sql.calls, 0)
    expect.equal("same_answer", body(again), body(reply))


async def test_other_process_catches_up(
    server: Server, start: Start, alice: Client
) -> None:
    """What one process writes shows in the tags of another after CACHE_TTL_S."""
    reader = start(server.database, CACHE_TTL_S="0.5").client()
    tag = unique("far")
    expect.equal("post_count", await count_of(reader, tag), 0)

    await published(alice, tags=[tag])

    deadline = time.monotonic() + 5
    count = 0
    while count != 1 and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        count = await count_of(reader, tag)
    expect.equal("count_in_time", count, 1)


async def test_tags_are_never_stale(
    alice: Client, anonymous: Client, db: Database
) -> None:
    """Whatever is written shows in the next `GET /v1/tags`."""
    tag, other = unique("fresh"), unique("else")
    steps: list[tuple[str, int, int]] = []

    async def now(step: str, expected: int, others: int = 0) -> None:
        steps.append((step, await count_of(anonymous, tag), expected))
        steps.append((step, await count_of(anonymous, other), others))

    await now("nothing", 0)
    post = await a_post(alice, tags=[tag])
    await now("a draft", 0)
    expect.status(await edit(alice, post["slug"], status="published"), 200)
    await now("published", 1)
    second = await published(alice, tags=[tag])
    await now("another", 2)
    expect.status(await edit(alice, second["slug"], tags=[other]), 200)
    await now("retagged", 1, 1)
    expect.status(await alice.delete(f"/v1/posts/{second['slug']}"), 204)
    await now("deleted", 1)
    imported = [draft(tags=[tag], status="published")]
    reply = await alice.post("/v1/posts/import", json={"posts": imported})
    require(reply, 201, stage=5)
    await now("imported", 2)
    async with db.hold("posts") as gate:
        late = asyncio.create_task(published(alice, tags=[tag]))
        await gate.waiting(1, [late])
        await count_of(anonymous, tag)
    await late
    await now("read while a post was written", 3)
    await read_before_written(alice, anonymous, db, tag)
    await now("written while the tags were read", 5)

    async def ends_late(step: str, write: Coroutine[Any, Any, object], n: int) -> None:
        await read_during_commit(anonymous, db, write)
        await now(f"{step}, and read during its COMMIT", n)

    third = await a_post(alice, tags=[tag])
    slug = third["slug"]
    more = {"posts": imported}
    await ends_late("created", published(alice, tags=[tag]), 6)
    await ends_late("published", edit(alice, slug, status="published"), 7)
    await ends_late("retagged", edit(alice, slug, tags=[]), 6)
    await ends_late("imported", alice.post("/v1/posts/import", json=more), 7)
    await ends_late("deleted", alice.delete(f"/v1/posts/{post['slug']}"), 6)

    for step, got, expected in steps:
        expect.equal("count_after", got, expected, step=step)


async def test_nothing_private_leaks(
    alice: Client, bob: Client, anonymous: Client
) -> None:
    """No cache and no 304 ever shows somebody else's draft or `/v1/me`."""
    tag = unique("secret")
    path = f"/v1/posts/{(await a_post(alice, tags=[tag]))['slug']}"
    seen = await alice.get(path)
    expect.status(seen, 200)

    for client in (bob, anonymous):
        for known in (seen.headers.get("etag", '"x"'), "*"):
            reply = await client.get(path, headers={"If-None-Match": known})
            expect.problem(reply, 404, "not_found")
    expect.equal("post_count", await count_of(alice, tag), 0)
    for client in (alice, bob, alice):
        expect.fields(body(await client.get("/v1/me")), id=client.id)


@alone
def test_not_modified_keeps_pace(world: World, benchmark: object) -> None:
    """A 304 takes at most twice the reference's time, measured in turns."""
    keeps_pace(benchmark, world, known_post, 304)


async def known_post(client: Client) -> tuple[str, dict[str, str]]:
    slug = (await published(client))["slug"]
    return f"/v1/posts/{slug}", {"If-None-Match": await etag_of(client, slug)}
