"""An hour of a shop's traffic, compressed: afterwards money and stock must balance.

Run it by hand, `python -m tests.shop.soak --steps 4000`: several clients do random
things on two processes with one database, while the payment service declines, fails
and loses answers. It is bounded in steps, and prints what happened and what balances.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path

from grader.catalogue import load
from grader.judge.app.people import ADMIN_EMAIL, PASSWORD, log_in
from grader.judge.app.server import Server
from grader.judge.app.world import World
from grader.judge.callers.client import Client
from grader.judge.callers.gateway import Account, Gateway
from grader.paths import SOLUTIONS
from grader.run import Engine
from tests.shop.balance import Line, balance
from tests.shop.customers import Customer, Market

PRODUCTS, CODES = 12, 4
# Short, so that many orders expire in the middle of it.
TTL_S = "4"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=SOLUTIONS)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with Engine() as engine:
        world = World(
            load("shop"), options.target.resolve(), engine.cluster, engine.launcher
        )
        gateway = Gateway()
        account = f"{gateway.url}/{{database}}"
        world.settings.add(PAYMENT_URL=account, RECEIPT_URL=f"{account}/receipts")
        try:
            lines = asyncio.run(soak(world, gateway, options))
        finally:
            asyncio.run(world.close())
            gateway.close()
    for line in lines:
        print(line)
    return 0 if all(line.holds for line in lines) else 1


async def soak(
    world: World, gateway: Gateway, options: argparse.Namespace
) -> list[Line]:
    await world.prepare()
    one = world.server(world.fresh(), RESERVATION_TTL_S=TTL_S)
    two = world.server(one.database, RESERVATION_TTL_S=TTL_S)
    for server in (one, two):
        server.start()
    account = gateway.account(one.database.name)
    started = time.perf_counter()
    customers = await traffic(one, two, account, options)
    seconds = time.perf_counter() - started
    outcomes: Counter[str] = sum((c.outcomes for c in customers), Counter())
    print_outcomes(outcomes, options, seconds)
    return await balance(one.database, account)


async def traffic(
    one: Server, two: Server, account: Account, options: argparse.Namespace
) -> list[Customer]:
    """Let the customers do their steps, then settle what is open."""
    token = await log_in(one.client("admin"), ADMIN_EMAIL, PASSWORD)
    market = await Market.open(one.async_client(token), PRODUCTS, CODES)
    customers = []
    for number in range(options.clients):
        server = (one, two)[number % 2]
        name = ("alice", "bob", "carol")[number % 3]
        who: Client = server.client(name)
        chance = random.Random(f"{options.seed}/{number}")
        http, boss = server.async_client(who.token), server.async_client(token)
        customers.append(Customer(http, boss, market, account, chance))
    share = options.steps // options.clients
    await asyncio.gather(*(customer.shop(share) for customer in customers))
    for customer in customers:
        await customer.settle()
    return customers


def print_outcomes(
    outcomes: Counter[str], options: argparse.Namespace, seconds: float
) -> None:
    print(
        f"seed {options.seed}: {options.steps} steps of {options.clients} clients on"
        f" two processes in {seconds:.0f} s"
    )
    for what, count in sorted(outcomes.items()):
        print(f"  {count:6} {what}")


if __name__ == "__main__":
    sys.exit(main())
