"""Transactions: all or nothing, also when requests race."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Engine, text

Write = Callable[..., Awaitable[Any]]
Race = Callable[..., Awaitable[list[Any]]]
Headers = dict[str, str]


def count(db: Engine, table: str) -> int:
    with db.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0


@pytest.fixture
def failing_commit(db: Engine) -> Iterator[None]:
    """Let every transaction that makes a post fail, but not before its COMMIT."""
    make = """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN RAISE EXCEPTION ''planted''; END';
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON posts
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
    """
    with db.begin() as connection:
        connection.execute(text(make))
    yield
    with db.begin() as connection:
        connection.execute(text("DROP FUNCTION fail CASCADE"))


async def test_import_keeps_the_order(client: AsyncClient, author: Headers) -> None:
    posts = [{"title": t, "body": "Text.", "tags": [t]} for t in ("c", "a", "b")]

    reply = await client.post("/v1/posts/import", json={"posts": posts}, headers=author)

    assert reply.status_code == 201
    items = reply.json()["items"]
    assert [item["title"] for item in items] == ["c", "a", "b"]
    assert [item["tags"] for item in items] == [["c"], ["a"], ["b"]]


async def test_import_that_fails_leaves_nothing(
    client: AsyncClient, author: Headers, db: Engine, write: Write
) -> None:
    await write(slug="taken")
    slugs = ["new-1", "new-2", "taken", "new-3"]
    posts = [{"title": s, "body": "Text.", "slug": s, "tags": ["new"]} for s in slugs]
    data = {"posts": posts}

    reply = await client.post("/v1/posts/import", json=data, headers=author)

    assert (reply.status_code, reply.json()["code"]) == (409, "slug_taken")
    assert (count(db, "posts"), count(db, "tags")) == (1, 0)
    assert (await write(slug="new-1"))["slug"] == "new-1"


@pytest.mark.usefixtures("failing_commit")
async def test_post_that_is_not_committed_is_not_confirmed(
    client: AsyncClient, author: Headers, db: Engine
) -> None:
    data = {"title": "Title", "body": "Text."}

    reply = await client.post(
        "/v1/posts", json=data, headers=author | {"X-Request-ID": "my-id"}
    )

    assert (reply.status_code, reply.json()["code"]) == (500, "internal_error")
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["X-Request-ID"] == "my-id"
    assert "planted" not in reply.text
    assert count(db, "posts") == 0
    assert (await client.get("/v1/posts")).status_code == 200


async def test_one_new_tag_in_four_requests_is_made_once(
    db: Engine, write: Write, race: Race
) -> None:
    # Titles of their own: the requests meet at the tag, not at a slug.
    posts = [write(title=f"Post {n}", tags=["new", f"own-{n}"]) for n in range(4)]

    made = await race("LOCK TABLE tags IN EXCLUSIVE MODE", *posts)

    assert all("new" in post["tags"] for post in made)
    assert count(db, "tags") == 5


async def test_one_slug_goes_to_one_of_two_requests(
    client: AsyncClient, author: Headers, race: Race
) -> None:
    data = {"title": "Title", "body": "Text.", "slug": "wanted"}
    requests = [client.post("/v1/posts", json=data, headers=author) for _ in "ab"]

    replies = await race("LOCK TABLE posts IN EXCLUSIVE MODE", *requests)

    assert sorted(reply.status_code for reply in replies) == [201, 409]


async def test_one_title_serves_three_requests(write: Write, race: Race) -> None:
    posts = [write(title="Wanted") for _ in range(3)]

    made = await race("LOCK TABLE posts IN EXCLUSIVE MODE", *posts)

    assert len({str(post) for post in made}) == 3
