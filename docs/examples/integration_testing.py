"""A payment whose answer was lost: a mock is content, a fake that remembers is not."""

from collections.abc import Awaitable, Callable
from unittest.mock import AsyncMock

import pytest
from httpx import AsyncClient, HTTPError, MockTransport, ReadTimeout, Request, Response


# --8<-- [start:hasty]
async def pay_hastily(gateway: AsyncClient, order: str, attempt: int) -> bool:
    try:
        reply = await gateway.post(
            "/charges", headers={"Idempotency-Key": f"{order}-{attempt}"}
        )
    except HTTPError:
        return False  # "It did not work": but did it?
    return reply.status_code == 201


# --8<-- [end:hasty]


# --8<-- [start:mend]
async def pay(gateway: AsyncClient, order: str, attempt: int) -> bool | None:
    """True if paid, False if declined, None if nobody knows: ask again, same key."""
    try:
        reply = await gateway.post(
            "/charges", headers={"Idempotency-Key": f"{order}-{attempt}"}
        )
    except HTTPError:
        return None
    return reply.status_code == 201 if reply.status_code < 500 else None


# --8<-- [end:mend]


async def pay_until_decided(
    gateway: AsyncClient,
    pay: Callable[[AsyncClient, str, int], Awaitable[bool | None]],
) -> None:
    """What a customer does: he presses the button again."""
    attempt = 1
    for _ in range(3):
        paid = await pay(gateway, "order-7", attempt)
        if paid is True:
            return
        if paid is False:
            attempt += 1  # A new attempt, hence a new key.


# --8<-- [start:fake]
class FakeGateway:
    """As the real one: a key is charged once, and answers can get lost."""

    def __init__(self) -> None:
        self.charged: list[str] = []
        self.lose_answers = 0

    def answer(self, request: Request) -> Response:
        key = request.headers["Idempotency-Key"]
        if key not in self.charged:
            self.charged.append(key)
        if self.lose_answers > 0:
            self.lose_answers -= 1
            raise ReadTimeout("The money is taken, the answer is lost.")
        return Response(201)


# --8<-- [end:fake]


@pytest.fixture
def fake() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def gateway(fake: FakeGateway) -> AsyncClient:
    return AsyncClient(transport=MockTransport(fake.answer), base_url="http://pay")


async def test_a_mock_is_content() -> None:
    gateway = AsyncMock()
    gateway.post.return_value = Response(201)
    assert await pay_hastily(gateway, "order-7", 1)


# --8<-- [start:test]
async def test_a_lost_answer_is_no_refusal(
    fake: FakeGateway, gateway: AsyncClient
) -> None:
    fake.lose_answers = 1
    await pay_until_decided(gateway, pay_hastily)
    assert fake.charged == ["order-7-1", "order-7-2"]  # Twice the money.


async def test_the_same_key_is_charged_once(
    fake: FakeGateway, gateway: AsyncClient
) -> None:
    fake.lose_answers = 1
    await pay_until_decided(gateway, pay)
    assert fake.charged == ["order-7-1"]


# --8<-- [end:test]
