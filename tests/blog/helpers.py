"""What the checks of the blog start from: drafts, posts, comments, pages."""

import asyncio
import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import Fields, body
from grader.judge.checks.arrange import require

# Ids that name nothing: no number, one too big for any column, a digit for `isdigit`
# that is none for `int`.
NO_IDS = ("no-such-id", "999999999", "9" * 30, "²")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_numbers = itertools.count(1)


def unique(word: str) -> str:
    """A word that no other check uses."""
    return f"{word}-{next(_numbers)}"


def draft(**fields: Any) -> dict[str, Any]:
    """The body of a request that creates a post."""
    return {"title": unique("A title"), "body": "A body.", **fields}


def drafts(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [draft(**fields) for _ in range(count)]


async def a_post(author: Client, **fields: Any) -> Fields:
    """A post that exists; a draft unless `status` says otherwise."""
    reply = await author.post("/v1/posts", json=draft(**fields))
    post = require(reply, 201, stage=1)
    assert isinstance(post, Fields)
    return post


async def published(author: Client, **fields: Any) -> Fields:
    """A post that everybody may read."""
    return await a_post(author, status="published", **fields)


async def many(author: Client, count: int, **fields: Any) -> list[Fields]:
    """Several published posts, written four at a time.

    The first is written alone: new tags brought by several are stage 5's matter.
    """
    posts = [await published(author, **fields)]
    while batch := min(4, count - len(posts)):
        writing = (published(author, **fields) for _ in range(batch))
        posts += await asyncio.gather(*writing)
    return posts


def is_slug(slug: object) -> None:
    """The slug, which the app has derived, has the form and the length of one."""
    fits = SLUG.fullmatch(str(slug)) and len(str(slug)) <= 80
    expect.true("slug_form", fits, expected=f"{SLUG.pattern}, ≤ 80", got=slug)


def published_since(published_at: object, before: datetime) -> None:
    """The moment of publishing lies between `before` and now."""
    # A database's clock may be coarser than ours, by less than a second.
    slack = timedelta(seconds=1)
    try:
        at = datetime.fromisoformat(str(published_at))
        right = before - slack <= at <= datetime.now(UTC) + slack
    except (TypeError, ValueError):  # No time at all, or one without an offset.
        right = False
    expect.true("published_at", right, expected=f"≥ {before}", got=published_at)


async def a_comment(author: Client, slug: str, **fields: Any) -> Fields:
    reply = await author.post(
        f"/v1/posts/{slug}/comments", json={"body": "A comment.", **fields}
    )
    comment = require(reply, 201, stage=4)
    assert isinstance(comment, Fields)
    return comment


async def etag_of(reader: Client, slug: str) -> str:
    """The ETag under which a post can be edited now."""
    reply = await reader.get(f"/v1/posts/{slug}")
    require(reply, 200, stage=1)
    return str(reply.headers.get("etag", ""))


async def pages(reader: Client, path: str, **query: Any) -> list[list[Fields]]:
    """All pages of a list, by its cursors; at most a hundred of them."""
    found, cursor = [], None
    for _ in range(100):
        params = {**query, **({"cursor": cursor} if cursor else {})}
        reply = await reader.get(path, params=params)
        page = require(reply, 200, stage=4)
        found.append(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return found


async def comments_of(reader: Client, slug: str) -> list[Fields]:
    reply = await reader.get(f"/v1/posts/{slug}/comments", params={"limit": 100})
    return list(body(reply)["items"])
