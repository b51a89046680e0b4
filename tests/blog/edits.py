"""Edits of a post under an ETag: one alone, two at one moment, or without a token."""

import asyncio
from typing import Any

import httpx

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from tests.blog.helpers import etag_of, published, unique
from tests.blog.tokens import needs_token


async def edit(
    author: Client, slug: str, etag: str | None = None, **change: Any
) -> httpx.Response:
    """PATCH a post under `etag`; with none given, under its newest one."""
    match = etag or await etag_of(author, slug)
    return await author.patch(
        f"/v1/posts/{slug}", json=change, headers={"If-Match": match}
    )


async def one_edit_wins(
    author: Client, db: Database, listed: str, *changes: dict[str, Any]
) -> None:
    """Send two edits at once, with the ETag of their post written as in `listed`."""
    slug = (await published(author))["slug"]
    known = listed.format(await etag_of(author, slug))
    calls = [edit(author, slug, known, **change) for change in changes]

    replies = await db.race(calls, "posts")

    expect.statuses(replies, 200, 412)
    [won] = [c for c, r in zip(changes, replies, strict=True) if r.status_code == 200]
    expect.fields(body(await author.get(f"/v1/posts/{slug}")), **won)


async def both_edits_count(author: Client, db: Database) -> None:
    """Send two edits of one post at once, which both take any version of it."""
    post = await published(author)
    changes: tuple[dict[str, Any], ...] = ({"title": "New"}, {"body": "New."})
    calls = [edit(author, post["slug"], "*", **change) for change in changes]

    replies = await db.race(calls, "posts")

    # Who looks up first which version `*` means may find it gone: 412, and no edit.
    codes = {reply.status_code for reply in replies}
    expect.statuses(replies, 200, 412 if 412 in codes else 200)
    shown = body(await author.get(f"/v1/posts/{post['slug']}"))
    least = post["version"]
    for change, reply in zip(changes, replies, strict=True):
        if reply.status_code == 200:
            expect.fields(shown, **change)
            least += 1
    grown = shown["version"] >= least
    expect.true("version_grows", grown, expected=f"≥ {least}", got=shown["version"])


async def writes_meet_a_deletion(author: Client, db: Database) -> None:
    """Edit and delete a post that is being deleted: no answer is a 5xx."""
    post = await published(author)
    path = f"/v1/posts/{post['slug']}"
    etag = await etag_of(author, post["slug"])
    calls = (
        author.delete(path),
        edit(author, post["slug"], etag, title="Late"),
        edit(author, post["slug"], "*", body="Later."),
        author.delete(path),
    )
    tasks: list[asyncio.Task[httpx.Response]] = []

    # One after the other, so that the deletion comes first when all are let go.
    async with db.hold("posts", "slug = %s", post["slug"]) as gate:
        for call in calls:
            tasks.append(asyncio.create_task(call))
            await gate.waiting(len(tasks), tasks)
    deleted, *late, again = await asyncio.gather(*tasks)

    expect.status(deleted, 204)
    for reply in late:
        # No post has that version any more: 412 is right, too.
        expect.status(reply, 200, 404, 412)
    expect.status(again, 204, 404)
    expect.status(await author.get(path), 404)


async def editing_needs_a_token(server: Server, slug: str, etag: str) -> None:
    """Send edits that have no token, and another fault or none."""
    path, nowhere = (f"/v1/posts/{s}" for s in (slug, unique("nobodys")))
    fits: dict[str, Any] = {"json": {"title": "Mine"}, "headers": {"If-Match": etag}}
    await needs_token(server, "PATCH", path, **fits)
    await needs_token(server, "PATCH", nowhere, **fits)
    await needs_token(server, "PATCH", path, **fits | {"headers": {}})
    await needs_token(server, "PATCH", path, **fits | {"headers": {"If-Match": '"o"'}})
    await needs_token(server, "PATCH", path, **fits | {"json": {"title": ""}})
