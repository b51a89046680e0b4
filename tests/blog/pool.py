"""Servers with few connections: one is enough for any request, and no more are used."""

import asyncio

import httpx

from grader.judge.app.people import PASSWORD
from grader.judge.app.server import Server
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from tests.blog.helpers import draft, published, unique

READS = ("/v1/tags", "/v1/posts")


async def no_request_needs_two(server: Server) -> None:
    """Ask everything that other stages add, whose answers they judge themselves."""
    admin, post = server.client("admin"), await published(server.client("alice"))
    path, bob = f"/v1/posts/{post['slug']}", server.client("bob")
    account = an_account()
    login = {"username": account["email"], "password": PASSWORD}
    role, edit = {"role": "user"}, {"title": "New", "tags": ["two"]}
    remark = await admin.post(f"{path}/comments", json={"body": "Well."})
    not_busy(remark, 201)
    number = body(remark)["id"] if remark.status_code == 201 else 0
    for reply, status in (
        (await admin.post("/v1/auth/register", json=account), 201),
        (await admin.post("/v1/auth/token", data=login), 200),
        (await admin.put(f"/v1/users/{bob.id}/role", json=role), 200),
        *[(await admin.get(read), 200) for read in (*READS, "/v1/me", path)],
        (await admin.get(f"{path}/comments"), 200),
        (await admin.delete(f"/v1/comments/{number}"), 204),
        (await admin.patch(path, json=edit, headers={"If-Match": "*"}), 200),
        (await admin.delete(path), 204),
    ):
        not_busy(reply, status)


def an_account() -> dict[str, str]:
    name = unique("late")
    return {"email": f"{name}@example.com", "name": name, "password": PASSWORD}


def not_busy(reply: httpx.Response, expected: int) -> None:
    """There was a connection; all else about the answer is another check's matter."""
    if reply.status_code == 503:
        expect.status(reply, expected)


async def fills_its_pool(server: Server, size: int) -> None:
    alice = server.client("alice")
    await published(alice)

    async with server.database.hold("posts") as gate:
        posts = [alice.post("/v1/posts", json=draft()) for _ in range(10)]
        tasks = [asyncio.create_task(post) for post in posts]
        await gate.waiting(10, tasks)
        used = await server.database.backends()
    replies = await asyncio.gather(*tasks)

    expect.at_most("pool_size", used, size)
    expect.statuses(replies, *[201] * size, *[503] * (10 - size))
