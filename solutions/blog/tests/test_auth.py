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
    data = {"email": "eve@example.com", "name": "Eve", "password": "my password"}

    reply = await client.post("/v1/auth/register", json=data | {"role": "admin"})

    if reply.status_code != 422:  # A strict app refuses the role, which is as good.
        assert reply.json()["role"] == "user"
        assert set(reply.json()) == {"id", "email", "name", "role"}
    with db.connect() as connection:
        stored = connection.scalars(text("SELECT password_hash FROM users")).all()
    assert not any(data["password"] in password_hash for password_hash in stored)


async def test_address_is_the_same_in_any_case(
    client: AsyncClient, author: Headers
) -> None:
    email, password = "AUTHOR@Example.org", "correct horse"
    data = {"email": email, "name": "Eve", "password": password}
    form = {"username": email, "password": password}

    reply = await client.post("/v1/auth/register", json=data)
    login = await client.post("/v1/auth/token", data=form)

    assert (reply.status_code, reply.json()["code"]) == (409, "email_taken")
    assert login.status_code == 200


async def test_failed_logins_look_alike(client: AsyncClient, author: Headers) -> None:
    known = {"username": "author@example.org", "password": "wrong horse"}
    unknown = {"username": "nobody@example.org", "password": "correct horse"}

    replies = [await client.post("/v1/auth/token", data=f) for f in (known, unknown)]

    assert [reply.status_code for reply in replies] == [401, 401]
    assert replies[0].json() == replies[1].json()
    assert replies[0].json()["code"] == "invalid_credentials"
    assert replies[0].headers["WWW-Authenticate"] == "Bearer"


async def test_bad_token_is_refused(client: AsyncClient, author: Headers) -> None:
    token = author["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    expired = claims | {"exp": datetime.now(UTC) - timedelta(hours=1)}
    bad = [
        jwt.encode(expired, os.environ["JWT_SECRET"], "HS256"),
        jwt.encode(claims, "another secret, which is 32 bytes long", "HS256"),
        jwt.encode(claims, "", "none"),
    ]

    for token in bad:
        reply = await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert (reply.status_code, reply.json()["code"]) == (401, "unauthorized")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (
            "draft",
            {
                "anonymous": [404, 404, 401, 401],
                "other": [404, 404, 404, 404],
                "admin": [200, 200, 200, 204],
                "author": [200, 200, 200, 204],
            },
        ),
        (
            "published",
            {
                "anonymous": [200, 200, 401, 401],
                "other": [200, 200, 403, 403],
                "admin": [200, 200, 200, 204],
                "author": [200, 200, 200, 204],
            },
        ),
    ],
)
async def test_who_may_read_edit_and_delete(
    client: AsyncClient,
    people: dict[str, Headers],
    write: Write,
    status: str,
    expected: dict[str, list[int]],
) -> None:
    found = {}
    for who in expected:
        url = f"/v1/posts/{(await write(status=status))['slug']}"
        headers = people[who]
        new, any_version = {"title": "New"}, headers | {"If-Match": "*"}
        replies = [
            await client.get(url, headers=headers),
            await client.get(f"{url}/comments", headers=headers),
            await client.patch(url, json=new, headers=any_version),
            await client.delete(url, headers=headers),
        ]
        found[who] = [reply.status_code for reply in replies]

    assert found == expected


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
