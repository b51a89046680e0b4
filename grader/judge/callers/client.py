"""HTTP clients that trust nothing: a deadline, a size cap, a record of everything."""

import asyncio
from typing import Protocol

import httpx

from grader.judge.checks.exchange import (
    SENT_HEADERS,
    SHOWN_HEADERS,
    Exchange,
    Transcript,
    shown,
)
from grader.judge.checks.failures import AppDown, CheckFailed, CheckTimeout
from grader.judge.database import Database
from grader.texts import Text

REQUEST_SECONDS = 10.0
BODY_BYTES = 8 << 20


class Peer(Protocol):
    """The server behind a client."""

    transcript: Transcript
    database: Database

    @property
    def base_url(self) -> str: ...

    def address(self) -> str | None:
        """The path of its Unix socket, where it has one."""

    def transport(self) -> httpx.AsyncHTTPTransport: ...

    def crash(self) -> Text | None: ...

    async def settled(self) -> None: ...


class Guard(httpx.AsyncBaseTransport):
    """Sends requests to a learner's app, whose every byte may be hostile."""

    def __init__(self, peer: Peer, who: str, deadline: float) -> None:
        self._peer = peer
        self._who = who
        self._deadline = deadline
        # A connection a request: some servers drop a kept one after an error.
        self._inner = peer.transport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = self._record(request)
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._send(request)
                response.extensions["exchange"] = exchange
        except TimeoutError:
            exchange.error = "timeout"
            raise CheckTimeout(
                "no_answer", expected=f"≤ {self._deadline:g} s", params=_line(request)
            ) from None
        except httpx.TransportError as error:
            exchange.error = repr(error)
            crash = self._peer.crash()
            raise AppDown(
                "connection", got=crash or repr(error), params=_line(request)
            ) from None
        exchange.status = response.status_code
        exchange.answer = shown(response.content.decode("utf-8", "replace"))
        exchange.answer_headers = _chosen(response.headers, SHOWN_HEADERS)
        if request.method != "GET":
            await self._peer.settled()
        return response

    def _record(self, request: httpx.Request) -> Exchange:
        sent = (*SENT_HEADERS, "authorization", "idempotency-key")
        exchange = Exchange(
            self._who,
            request.method,
            request.url.raw_path.decode("ascii", "replace"),
            self._peer.transcript.port(self._peer),
            _chosen(request.headers, sent),
            shown(request.content.decode("utf-8", "replace")),
        )
        self._peer.transcript.exchanges.append(exchange)
        return exchange

    async def _send(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        try:
            body = b""
            assert isinstance(response.stream, httpx.AsyncByteStream)
            async for chunk in response.stream:
                body += chunk
                if len(body) > BODY_BYTES:
                    raise CheckFailed(
                        "too_large",
                        expected=f"≤ {BODY_BYTES >> 20} MiB",
                        params=_line(request),
                    )
        finally:
            await response.aclose()
        # As bytes: a name like José in a header is no fault of the app's.
        headers = [
            (k, v)
            for k, v in response.headers.raw
            if k.lower() not in (b"content-encoding", b"transfer-encoding")
        ]
        return httpx.Response(response.status_code, headers=headers, content=body)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _line(request: httpx.Request) -> dict[str, object]:
    return {"method": request.method, "path": request.url.path}


def _chosen(headers: httpx.Headers, names: tuple[str, ...]) -> dict[str, str]:
    return {name: headers[name][:300] for name in names if name in headers}


class Client(httpx.AsyncClient):
    """Somebody who talks to the app: `who` names them in reports."""

    def __init__(
        self,
        peer: Peer,
        who: str = "anonymous",
        token: str | None = None,
        user_id: str = "",
        deadline: float = REQUEST_SECONDS,
    ) -> None:
        super().__init__(
            transport=Guard(peer, who, deadline),
            base_url=peer.base_url,
            timeout=None,
            follow_redirects=False,
            trust_env=False,
            headers={"accept-encoding": "identity"},
        )
        self.peer = peer
        self.who = who
        self.id = user_id
        self.token = token
        if token is not None:
            self.headers["authorization"] = f"Bearer {token}"
