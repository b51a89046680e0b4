"""Comments: a discussion keeps its shape."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient

Write = Callable[..., Awaitable[Any]]
Headers = dict[str, str]


@pytest.fixture
def comment(
    client: AsyncClient, people: dict[str, Headers]
) -> Callable[..., Awaitable[Any]]:
    async def post(slug: str, **fields: Any) -> Any:
        url, data = f"/v1/posts/{slug}/comments", {"body": "Hi"} | fields
        return await client.post(url, json=data, headers=people["other"])

    return post


async def test_deleted_comment_keeps_its_replies(
    client: AsyncClient, people: dict[str, Headers], write: Write, comment: Write
) -> None:
    slug = (await write())["slug"]
    parent = (await comment(slug, body="Secret")).json()
    reply = (await comment(slug, parent_id=parent["id"])).json()

    await client.delete(f"/v1/comments/{parent['id']}", headers=people["other"])

    items = (await client.get(f"/v1/posts/{slug}/comments")).json()["items"]
    assert [item["id"] for item in items] == [parent["id"], reply["id"]]
    assert (items[0]["deleted"], items[0]["body"]) == (True, None)
    assert items[1]["parent_id"] == parent["id"]
    assert (await client.get(f"/v1/posts/{slug}")).json()["comment_count"] == 1


async def test_parent_must_be_on_the_same_post(write: Write, comment: Write) -> None:
    here, elsewhere = (await write())["slug"], (await write())["slug"]
    foreign = (await comment(elsewhere)).json()["id"]

    reply = await comment(here, parent_id=foreign)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_parent")


async def test_who_may_delete_a_comment(
    client: AsyncClient, people: dict[str, Headers], write: Write, comment: Write
) -> None:
    expected = {"anonymous": 401, "author": 403, "other": 204, "admin": 204}
    slug = (await write())["slug"]

    found = {}
    for who in expected:
        url = f"/v1/comments/{(await comment(slug)).json()['id']}"
        found[who] = (await client.delete(url, headers=people[who])).status_code

    assert found == expected


async def test_pages_run_from_the_oldest_comment_on(
    client: AsyncClient, write: Write, comment: Write
) -> None:
    slug = (await write())["slug"]
    ids = [(await comment(slug)).json()["id"] for _ in range(3)]
    url = f"/v1/posts/{slug}/comments"

    first = (await client.get(url, params={"limit": 2})).json()
    cursor = first["next_cursor"]
    last = (await client.get(url, params={"limit": 2, "cursor": cursor})).json()

    assert [item["id"] for item in first["items"] + last["items"]] == ids
    assert last["next_cursor"] is None
