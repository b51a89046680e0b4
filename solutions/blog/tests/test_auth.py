"""Who is who, and who may do what."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from httpx import AsyncClient
from sqlalchemy import Engine, text

Write = Callable[..., Awaitable[Any]]
Headers = dict[str, str]


async def test_registering_gives_no_rights_and_shows_no_secret(
    client: AsyncClient, db: Engine
) -> None:
    data = {"email": "Eve@example.com", "name": "Eve", "password": "x" * 80 + "end"}

    reply = await client.post("/v1/auth/register", json=data | {"role": "admin"})
    again = await client.post(
        "/v1/auth/register", json=data | {"email": "eve@EXAMPLE.com"}
    )

    if reply.status_code != 422:  # Refusing the unknown field is as good.
        assert reply.json()["role"] == "user"
        assert set(reply.json()) == {"id", "email", "name", "role"}
        assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    with db.connect() as connection:
        stored = connection.scalars(text("SELECT password_hash FROM users")).all()
    assert not any(data["password"] in password_hash for password_hash in stored)


@pytest.mark.parametrize(
    ("username", "password"),
    [("author@example.org", "wrong horse"), ("nobody@example.org", "correct horse")],
)
async def test_failed_logins_look_alike(
    client: AsyncClient, author: Headers, username: str, password: str
) -> None:
    form = {"username": username, "password": password}

    reply = await client.post("/v1/auth/token", data=form)

    assert (reply.status_code, reply.json()["code"]) == (401, "invalid_credentials")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("key", "algorithm", "age"),
    [
        (os.environ.get("JWT_SECRET", ""), "HS256", timedelta(hours=1)),
        ("another secret, which is 32 bytes long", "HS256", timedelta(hours=-1)),
        (None, "none", timedelta(hours=-1)),
    ],
    ids=["expired", "forged", "unsigned"],
)
async def test_bad_token_is_refused(
    client: AsyncClient, author: Headers, key: str, algorithm: str, age: timedelta
) -> None:
    token = author["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    claims["exp"] = datetime.now(UTC) - age
    bad = jwt.encode(claims, key, algorithm)

    reply = await client.get("/v1/me", headers={"Authorization": f"Bearer {bad}"})

    assert (reply.status_code, reply.json()["code"]) == (401, "unauthorized")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("status", "who", "read", "edit"),
    [
        ("draft", "author", 200, 200),
        ("draft", "admin", 200, 200),
        ("draft", "other", 404, 404),
        ("draft", "anonymous", 404, 401),
        ("published", "admin", 200, 200),
        ("published", "other", 200, 403),
        ("published", "anonymous", 200, 401),
    ],
)
async def test_who_may_read_and_change_a_post(
    client: AsyncClient,
    people: dict[str, Headers],
    write: Write,
    status: str,
    who: str,
    read: int,
    edit: int,
) -> None:
    url = f"/v1/posts/{(await write(status=status))['slug']}"
    headers = people[who]

    replies = [
        await client.get(url, headers=headers),
        await client.get(f"{url}/comments", headers=headers),
        await client.patch(
            url, json={"title": "New"}, headers=headers | {"If-Match": "*"}
        ),
        await client.delete(url, headers=headers),
    ]

    deleted = 204 if edit == 200 else edit
    assert [r.status_code for r in replies] == [read, read, edit, deleted]


async def test_role_counts_from_the_next_request_on(
    client: AsyncClient, people: dict[str, Headers], write: Write
) -> None:
    url = f"/v1/posts/{(await write(status='draft'))['slug']}"
    admin, other = people["admin"], people["other"]
    me = (await client.get("/v1/me", headers=other)).json()
    role = f"/v1/users/{me['id']}/role"

    refused = await client.put(role, json={"role": "admin"}, headers=other)
    seen = []
    for name in ("admin", "user"):
        await client.put(role, json={"role": name}, headers=admin)
        seen.append((await client.get(url, headers=other)).status_code)

    assert refused.status_code == 403
    assert seen == [200, 404]
