"""Tokens that are none: what is sent with them, and the 401 that must come."""

import time
from typing import Any

import httpx
import jwt

from grader.judge.app.people import log_in, register
from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.callers.tokens import claims_of, forged, without_signature
from grader.judge.checks import expect
from tests.blog.helpers import unique


def unauthorized(reply: httpx.Response, code: str = "unauthorized") -> None:
    expect.problem(reply, 401, code)
    challenge = expect.header(reply, "www-authenticate")
    expect.equal("challenge", challenge.split()[0].lower(), "bearer")


async def needs_token(server: Server, method: str, path: str, **sent: Any) -> None:
    """Without a token, or with a nonsense one, it is 401, whatever else is wrong."""
    for client in (server.client(), server.client("mallory", "nonsense")):
        expect.status(await client.request(method, path, **sent), 401)


async def forgeries(
    server: Server, mine: Client, other: Client, secret: str
) -> dict[str, str]:
    """Tokens that nobody may be let in with, by the trick that made them of `mine`."""
    claims = claims_of(str(mine.token))
    theirs = {**claims, "sub": claims_of(str(other.token))["sub"]}
    expired = {**claims, "exp": int(time.time()) - 3600}
    return {
        "payload": forged(str(mine.token), theirs),
        "none": without_signature(claims),
        "key": jwt.encode(claims, "x" * 40, "HS256"),
        "expired": jwt.encode(expired, secret, "HS256"),
        "gone": await token_of_nobody(server),
    }


async def token_of_nobody(server: Server) -> str:
    """The token of a user who is deleted."""
    client, email = server.client(), f"{unique('gone')}@example.com"
    await register(client, email, "gone")
    token = await log_in(client, email)
    await server.database.execute("DELETE FROM users WHERE email = %s", email)
    return token
