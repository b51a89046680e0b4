"""The history of a room, as its readers get it by REST."""

from typing import Any

from grader.judge.callers.client import Client
from grader.judge.checks import expect
from grader.judge.checks.answers import body
from grader.judge.database import Database
from tests.chat.crowd import grown_old


def messages_path(room: str) -> str:
    return f"/v1/rooms/{room}/messages"


async def page(reader: Client, room: str, **query: Any) -> tuple[list[int], bool]:
    """The numbers on a page of the history, and `has_more`."""
    reply = await reader.get(messages_path(room), params=query)
    expect.status(reply, 200)
    found = body(reply)
    return [message["seq"] for message in found["items"]], found["has_more"]


async def old_ones_have_no_id(reader: Client, room: str, db: Database) -> None:
    """Messages that are older than the column are shown, without `client_msg_id`."""
    await grown_old(db, room, upto=2)
    reply = await reader.get(messages_path(room), params={"before_seq": 4})
    expect.status(reply, 200)
    ids = [
        (message["seq"], message["client_msg_id"]) for message in body(reply)["items"]
    ]
    expect.equal("ids_of_old", ids, [(1, None), (2, None), (3, "filled-3")])
