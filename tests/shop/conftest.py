"""The payment service beside every shop, and databases that several checks look at."""

from collections.abc import AsyncIterator, Iterator

import pytest

from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.gateway import Account
from tests.shop.legacy import Legacy, migrated
from tests.shop.payment_service import PaymentService


@pytest.fixture(scope="session", autouse=True)
def gateway(world: World) -> Iterator[PaymentService]:
    """The payment service and the receipt endpoint of all servers."""
    gateway = PaymentService()
    account = f"{gateway.url}/{{database}}"
    world.settings.add(PAYMENT_URL=account, RECEIPT_URL=f"{account}/receipts")
    yield gateway
    gateway.close()


@pytest.fixture
def account(gateway: PaymentService, server: Server) -> Account:
    """What the payment service knows of the stage's own server."""
    return gateway.account(server.database.name)


@pytest.fixture(scope="module")
async def legacy(world: World) -> AsyncIterator[Legacy]:
    """100,000 products priced at revision 0001, then upgraded to head."""
    found = await migrated(world)
    yield found
    await found.database.close()
