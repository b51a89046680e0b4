"""The people whom a problem's checks speak for: registered once, known everywhere."""

import asyncio
from collections.abc import Sequence

from grader.judge.app.server import Server
from grader.judge.callers.client import Client
from grader.judge.checks.answers import member
from grader.judge.checks.exchange import Exchange
from grader.judge.checks.failures import AppDown, CheckFailed, NotThereYet

PASSWORD = "correct horse battery"
ADMIN_EMAIL = "admin@example.com"
EVERYBODY = ("admin", "alice", "bob", "carol")


class People:
    """Who is registered in the template: their id and token, or why they are not."""

    def __init__(self, names: Sequence[str] = EVERYBODY) -> None:
        self.names = names
        self.tokens: dict[str, tuple[str, str]] = {}
        self._missing: dict[str, CheckFailed] = {}
        self._exchanges: dict[str, list[Exchange]] = {}

    async def meet(self, server: Server) -> None:
        """Register everybody and log them in; the app makes the admin by itself."""
        # Together, because a good hash is slow and there may be several cores.
        await asyncio.gather(*(self._meet(server, name) for name in self.names))

    async def _meet(self, server: Server, name: str) -> None:
        email, user_id = f"{name}@example.com", ""
        async with server.client(name) as client:
            try:
                if name != "admin":
                    user_id = await register(client, email, name)
                self.tokens[name] = (user_id, await log_in(client, email))
            except CheckFailed as failure:
                self._missing[name] = failure
                exchanges = server.transcript.exchanges
                self._exchanges[name] = [e for e in exchanges if e.who == name]

    def missed(self, down: CheckFailed) -> None:
        """Nobody could be met, because the app is down."""
        self._missing = dict.fromkeys(self.names, down)

    def client(self, server: Server, name: str, stage: int) -> Client:
        """Somebody's client; NotThereYet when `stage`, which teaches that, fails."""
        failure = self._missing.get(name)
        if failure is None:
            return server.client(name)
        server.transcript.exchanges += self._exchanges.get(name, [])
        if isinstance(failure, AppDown):
            raise failure
        evidence = failure.evidence
        raise NotThereYet(stage, expected=evidence.expected, got=evidence.got)


async def register(client: Client, email: str, name: str) -> str:
    """Register through the API; returns the id."""
    reply = await client.post(
        "/v1/auth/register", json={"email": email, "name": name, "password": PASSWORD}
    )
    if reply.status_code != 201:
        raise CheckFailed("status", expected=201, got=reply.status_code)
    return member(reply, "id")


async def log_in(client: Client, email: str, password: str = PASSWORD) -> str:
    """Log in through the API; returns the access token."""
    reply = await client.post(
        "/v1/auth/token", data={"username": email, "password": password}
    )
    if reply.status_code != 200:
        raise CheckFailed("status", expected=200, got=reply.status_code)
    return member(reply, "access_token")
