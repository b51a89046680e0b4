"""Lists: every post once, none that is hidden, and a fixed number of statements."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Engine, text

Write = Callable[..., Awaitable[Any]]
Headers = dict[str, str]
CountSql = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def import_posts(client: AsyncClient, author: Headers) -> Callable[..., Awaitable[Any]]:
    async def run(count: int, **fields: Any) -> Any:
        post = {"title": "Post", "body": "Text.", "status": "published"} | fields
        data = {"posts": [post] * count}
        reply = await client.post("/v1/posts/import", json=data, headers=author)
        return [item["slug"] for item in reply.json()["items"]]

    return run


async def walk(client: AsyncClient, url: str, **params: Any) -> list[list[Any]]:
    """All pages of a list."""
    pages = []
    while True:
        page = (await client.get(url, params=params)).json()
        pages.append(page["items"])
        if page["next_cursor"] is None:
            return pages
        params["cursor"] = page["next_cursor"]


async def test_ten_posts_cost_as_many_statements_as_two(
    client: AsyncClient, people: dict[str, Headers], write: Write, count_sql: CountSql
) -> None:
    costs = []
    for number in range(10):
        post = await write(tags=[f"tag-{number}", "all"])
        comments = f"/v1/posts/{post['slug']}/comments"
        who = people["author" if number % 2 else "other"]
        await client.post(comments, json={"body": "Hi"}, headers=who)
        if number in (1, 9):
            with count_sql() as seen:
                items = (await client.get("/v1/posts")).json()["items"]
            costs.append(len(seen))

    assert [item["comment_count"] for item in items] == [1] * 10
    assert items[0]["tags"] == ["all", "tag-9"]
    assert costs[0] == costs[1]
    assert costs[1] <= 6


async def test_walk_meets_posts_of_one_instant_once_each(
    client: AsyncClient, db: Engine, write: Write, import_posts: Write
) -> None:
    slugs = await import_posts(9)
    with db.begin() as connection:
        connection.execute(text("UPDATE posts SET published_at = now()"))

    page = (await client.get("/v1/posts?limit=4")).json()
    await write(slug="newcomer")
    rest = await walk(client, "/v1/posts", limit=4, cursor=page["next_cursor"])

    found = [item["slug"] for items in [page["items"], *rest] for item in items]
    assert sorted(found) == sorted(slugs)


async def test_newest_post_comes_first(client: AsyncClient, write: Write) -> None:
    slugs = [(await write())["slug"] for _ in range(3)]

    items = (await client.get("/v1/posts")).json()["items"]

    assert [item["slug"] for item in items] == slugs[::-1]


async def test_pages_of_a_tag_are_full(
    client: AsyncClient, import_posts: Write
) -> None:
    await import_posts(5, tags=["web", "api", "db"])
    await import_posts(3, tags=["api"])

    pages = await walk(client, "/v1/posts", tag="web", limit=2)

    assert [len(items) for items in pages] == [2, 2, 1]
    assert pages[0][0]["tags"] == ["api", "db", "web"]


async def test_list_filters_by_author(
    client: AsyncClient, people: dict[str, Headers], write: Write
) -> None:
    post = await write()
    me = (await client.get("/v1/me", headers=people["other"])).json()

    mine = await client.get("/v1/posts", params={"author": post["author"]["id"]})
    none = await client.get("/v1/posts", params={"author": me["id"]})

    assert [item["slug"] for item in mine.json()["items"]] == [post["slug"]]
    assert none.json() == {"items": [], "next_cursor": None}


async def test_drafts_are_in_no_list(
    client: AsyncClient, people: dict[str, Headers], write: Write
) -> None:
    post = await write(status="draft", tags=["secret"])
    author = post["author"]["id"]

    for who in people.values():
        for query in ("", "?tag=secret", f"?author={author}"):
            reply = await client.get(f"/v1/posts{query}", headers=who)
            assert reply.json()["items"] == []
    tags = (await client.get("/v1/tags")).json()
    assert sum(tag["post_count"] for tag in tags) == 0


async def test_bad_page_is_refused(client: AsyncClient) -> None:
    queries = {
        "cursor=nonsense": "invalid_cursor",
        "limit=0": "validation_error",
        "limit=101": "validation_error",
    }

    for query, code in queries.items():
        reply = await client.get(f"/v1/posts?{query}")
        assert (reply.status_code, reply.json()["code"]) == (422, code)
