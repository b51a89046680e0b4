"""Posts: what is written is what is read, under a slug of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

from httpx import AsyncClient

Write = Callable[..., Awaitable[Any]]
Headers = dict[str, str]


async def test_created_post_is_read_where_its_location_says(
    client: AsyncClient, author: Headers
) -> None:
    data = {"title": "Hello", "body": "World", "tags": ["Web ", "web", "api"]}

    created = await client.post("/v1/posts", json=data, headers=author)
    read = await client.get(created.headers["Location"], headers=author)

    assert created.status_code == 201
    assert read.json() == created.json()
    assert read.json()["tags"] == ["api", "web"]
    assert read.json()["author"]["name"] == "author"


async def test_fields_that_are_not_the_clients_take_no_effect(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    me = (await client.get("/v1/me", headers=author)).json()
    data = {"title": "Mine", "body": "Text.", "author_id": "1", "version": 7}

    reply = await client.post("/v1/posts", json=data, headers=author)

    if reply.status_code != 422:  # A strict app refuses them, which is as good.
        assert reply.json()["author"]["id"] == me["id"]
        assert reply.json()["version"] == 1


async def test_equal_titles_get_different_slugs(write: Write) -> None:
    titles = ["Same title", "Same title", "你好 世界", "你好 世界", "!?", "!?"]

    slugs = [(await write(title=title))["slug"] for title in titles]

    assert len(set(slugs)) == len(titles)
    assert all(slugs)


async def test_slug_that_is_taken_is_refused(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    await write(slug="mine")
    data = {"title": "Other", "body": "Text.", "slug": "mine"}

    reply = await client.post("/v1/posts", json=data, headers=author)

    assert (reply.status_code, reply.json()["code"]) == (409, "slug_taken")


async def test_field_beyond_its_limits_is_named(
    client: AsyncClient, author: Headers
) -> None:
    bad: list[tuple[str, object]] = [
        ("title", ""),
        ("title", "x" * 201),
        ("body", "x" * 50_001),
        ("slug", "Not a slug"),
        ("slug", "x" * 81),
        ("status", "deleted"),
        ("tags", [f"tag-{n}" for n in range(11)]),
        ("tags", ["no spaces"]),
    ]

    for field, value in bad:
        data = {"title": "Title", "body": "Text.", field: value}
        reply = await client.post("/v1/posts", json=data, headers=author)
        assert (reply.status_code, reply.json()["code"]) == (422, "validation_error")
        assert field in reply.json()["errors"][0]["pointer"]


async def test_deleted_post_is_gone(
    client: AsyncClient, author: Headers, write: Write
) -> None:
    url = f"/v1/posts/{(await write(tags=['web']))['slug']}"
    await client.post(f"{url}/comments", json={"body": "Hi"}, headers=author)

    deleted = await client.delete(url, headers=author)

    assert deleted.status_code == 204
    assert (await client.get(url)).status_code == 404
