"""Conditional requests and the tag cache: fast, and never wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any

import pytest
from httpx import AsyncClient, Response

Write = Callable[..., Awaitable[Any]]
Race = Callable[..., Awaitable[list[Response]]]
Headers = dict[str, str]
CountSql = Callable[[], AbstractContextManager[list[str]]]
Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[AsyncClient]:
    """An app of the test's own, with a cache that is empty and lasts."""
    async with serve(cache_ttl_s=600) as client:
        yield client


async def test_etag_changes_with_every_edit(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    url = f"/v1/posts/{(await write())['slug']}"
    etags = [(await client.get(url)).headers["ETag"]]

    for title in ("One", "Two"):
        edit = await client.patch(
            url, json={"title": title}, headers=author | {"If-Match": etags[-1]}
        )
        assert (edit.status_code, edit.json()["title"]) == (200, title)
        etags.append(edit.headers["ETag"])

    assert len(set(etags)) == 3
    assert (await client.get(url)).headers["ETag"] == etags[-1]


async def test_known_version_is_not_sent_again(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    url = f"/v1/posts/{(await write())['slug']}"
    etag = (await client.get(url)).headers["ETag"]
    known = {"If-None-Match": f'"other", {etag}'}

    same = await client.get(url, headers=known)
    await client.patch(url, json={"body": "New"}, headers=author | {"If-Match": etag})
    changed = await client.get(url, headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == etag
    assert (changed.status_code, changed.json()["body"]) == (200, "New")


async def test_edit_needs_the_version_that_it_edits(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    url = f"/v1/posts/{(await write())['slug']}"

    blind = await client.patch(url, json={"title": "New"}, headers=author)
    stale = await client.patch(
        url, json={"title": "New"}, headers=author | {"If-Match": '"stale"'}
    )

    assert (blind.status_code, blind.json()["code"]) == (428, "precondition_required")
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await client.get(url)).json()["title"] == "A post"


async def test_of_two_edits_of_one_version_one_is_told_to_read_again(
    client: AsyncClient, author: Headers, write: Write, race: Race
) -> None:
    url = f"/v1/posts/{(await write(slug='raced'))['slug']}"
    headers = author | {"If-Match": (await client.get(url)).headers["ETag"]}
    edits = [client.patch(url, json={"title": t}, headers=headers) for t in "AB"]

    replies = await race("SELECT 1 FROM posts WHERE slug = 'raced' FOR UPDATE", *edits)

    assert sorted(reply.status_code for reply in replies) == [200, 412]
    [won] = [reply.json() for reply in replies if reply.status_code == 200]
    assert (await client.get(url)).json() == won


async def test_publishing_is_for_good(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    url = f"/v1/posts/{(await write(status='draft'))['slug']}"
    headers = author | {"If-Match": "*"}

    replies = [
        await client.patch(url, json={"status": status}, headers=headers)
        for status in ("published", "published", "draft")
    ]

    assert [reply.status_code for reply in replies] == [200, 200, 409]
    assert replies[2].json()["code"] == "invalid_transition"
    times = {reply.json()["published_at"] for reply in replies[:2]}
    assert len(times) == 1
    assert None not in times


async def test_second_reader_of_the_tags_costs_no_statement(
    client: AsyncClient, write: Write, count_sql: CountSql
) -> None:
    await write(tags=["web"])
    first = await client.get("/v1/tags")

    with count_sql() as seen:
        second = await client.get("/v1/tags")

    assert second.json() == first.json() == [{"name": "web", "post_count": 1}]
    assert seen == []


async def test_every_write_shows_in_the_tags_at_once(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    headers = author | {"If-Match": "*"}
    post = {"title": "Post", "body": "Text.", "status": "published", "tags": ["web"]}

    async def count() -> int:
        tags = (await client.get("/v1/tags")).json()
        return sum(tag["post_count"] for tag in tags if tag["name"] == "web")

    counts = [await count()]
    url = f"/v1/posts/{(await write(status='draft', tags=['web']))['slug']}"
    counts.append(await count())
    await client.patch(url, json={"status": "published"}, headers=headers)
    counts.append(await count())
    await client.post("/v1/posts/import", json={"posts": [post]}, headers=author)
    counts.append(await count())
    await write(tags=["web"])
    counts.append(await count())
    await client.delete(url, headers=author)
    counts.append(await count())

    assert counts == [0, 0, 1, 2, 3, 2]
