"""The lines of a server's log, and what must not stand in them."""

import json

from grader.judge.app.people import PASSWORD
from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.checks import expect
from tests.blog.helpers import draft, unique

# A path that no route has.
NOWHERE = "/v1/nothing/here"
# What is sent, by what it is.
SECRETS = (
    ("password", PASSWORD),
    ("body", "a body that stays out"),
    ("password", "a-wrong-password"),
    ("password", "a-refused-password"),
    ("password", "7-chars"),
    ("token", "a-refused-token"),
    ("body", "a refused body"),
    ("query", "in-the-query"),
)


async def each_has_its_line(server: Server, client: Client) -> None:
    """Probes and refused requests are logged like others, each in one line."""
    for path in ("/healthz", "/readyz", "/metrics", "/v1/me", NOWHERE):
        request_id = unique("line")
        reply = await client.get(path, headers={"X-Request-ID": request_id})
        told = {"event": "http_request", "request_id": request_id}
        record = await server.log(**told, path=path, status=reply.status_code)
        expect.true("log_line", record, expected=path, got=server.lines()[-3:])


async def send_secrets(server: Server, author: Client, request_id: str) -> None:
    """Send all of `SECRETS` but the query; `.3` and `.4` end the ids of the bodies."""

    def known_as(end: str) -> dict[str, str]:
        return {"X-Request-ID": request_id + end}

    anybody = server.client()
    login = {"username": "alice@example.com", "password": PASSWORD}
    await anybody.post("/v1/auth/token", data=login, headers=known_as(".2"))
    text = draft(body="a body that stays out")
    await author.post("/v1/posts", json=text, headers=known_as(".3"))
    # What is refused is as secret as what is taken.
    wrong = {**login, "password": "a-wrong-password"}
    await anybody.post("/v1/auth/token", data=wrong)
    nobody = {"email": "nobody", "name": "n", "password": "a-refused-password"}
    await anybody.post("/v1/auth/register", json=nobody)
    # The field itself is what is refused, or the whole body because of what it lacks.
    short = {"email": f"{request_id}@example.com", "name": "n", "password": "7-chars"}
    await anybody.post("/v1/auth/register", json=short)
    await server.client("mallory", "a-refused-token").get("/v1/me")
    untitled = {"body": "a refused body"}
    await author.post("/v1/posts", json=untitled, headers=known_as(".4"))


def are_objects(server: Server) -> None:
    """Each line on standard output is one JSON object."""
    for line in server.lines():
        expect.true("json_line", _is_object(line), expected="{…}", got=line[:200])


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
