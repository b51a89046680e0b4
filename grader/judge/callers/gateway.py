"""The outside world of an app: a payment service and a receipt endpoint, over HTTP.

A real server in a thread of the judge. Each database of an app has an account of its
own, told apart by the path, so that equal keys of two databases never meet.
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODY_BYTES = 1 << 16
WAIT_SECONDS = 5.0
# The longest that an answer is held back, even if a check forgets to release it.
HOLD_SECONDS = 30.0
# What the service can be told to do with a charge of some token.
SUCCEED, DECLINE, FAIL, LOSE = "succeed", "decline", "fail", "lose"
PUT_OFF, CREATE, DRIP = "put off", "create", "drip"
STATUS = {SUCCEED: 200, CREATE: 201, DECLINE: 402, FAIL: 503, LOSE: 503, PUT_OFF: 202}
# Between two bytes of an answer that drips: far less than any time limit.
DRIP_SECONDS = 0.1


@dataclass(frozen=True)
class ChargeRequest:
    """One request to charge that reached the service."""

    key: str
    amount: Any
    currency: Any
    token: str


@dataclass
class Account:
    """What one app asked for, and what it is to be told."""

    asked: list[ChargeRequest] = field(default_factory=list)
    # The charges that were made, by their keys: the customers' money.
    charges: dict[str, ChargeRequest] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    receipts: list[Any] = field(default_factory=list)
    # What was asked for that the service does not have, a refund say.
    strays: list[str] = field(default_factory=list)
    # The keys whose next answer drips.
    dripping: set[str] = field(default_factory=set)
    receipt_status: int = 200
    _orders: dict[str, list[str]] = field(default_factory=dict)
    _held: dict[str, threading.Event] = field(default_factory=dict)
    _turns: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, token: str, *outcomes: str) -> None:
        """What happens to the next charges of a token, one by one; else they succeed.

        `lose` makes the charge and answers 503 all the same, `drip` makes it and
        answers a byte at a time; `put off` makes none and answers 202; `create`
        succeeds with 201.
        """
        self._orders[token] = list(outcomes)

    def of(self, token: str) -> list[ChargeRequest]:
        """The requests to charge a token, in the order of their arrival."""
        return [request for request in self.asked if request.token == token]

    def charged(self, token: str) -> list[ChargeRequest]:
        return [request for request in self.charges.values() if request.token == token]

    @asynccontextmanager
    async def holding(self, token: str) -> AsyncIterator[None]:
        """Keep the answers to charges of a token (or `receipts`) back in the block."""
        self._held[token] = threading.Event()
        try:
            yield
        finally:
            self._held.pop(token).set()

    async def has_asked(self, token: str, count: int) -> bool:
        """Wait until a token was to be charged `count` times; False at the deadline."""
        return await _soon(lambda: len(self.of(token)) >= count)

    async def has_receipts(self, order_id: str, count: int = 1) -> bool:
        return await _soon(lambda: len(self.receipts_of(order_id)) >= count)

    def receipts_of(self, order_id: str) -> list[Any]:
        return [r for r in self.receipts if r.get("order_id") == order_id]

    # In the threads of the server

    def charge(self, request: ChargeRequest) -> int:
        """Take a request to charge to its end; the status of the answer."""
        with self._lock:
            self.asked.append(request)
            turn = self._turns.setdefault(request.key, threading.Lock())
        # A key that is repeated waits for its first request, as everywhere.
        with turn:
            status = self._settle(request)
        self.wait(request.token)
        return status

    def _settle(self, request: ChargeRequest) -> int:
        if request.key in self.charges:
            return STATUS[SUCCEED]
        if request.key in self.declined:
            return STATUS[DECLINE]
        with self._lock:
            orders = self._orders.get(request.token, [])
            outcome = orders.pop(0) if orders else SUCCEED
        if outcome in (SUCCEED, CREATE, LOSE, DRIP):
            self.charges[request.key] = request
        if outcome == DRIP:
            self.dripping.add(request.key)
            return STATUS[SUCCEED]
        if outcome == DECLINE:
            self.declined.add(request.key)
        return STATUS[outcome]

    def wait(self, name: str) -> None:
        if gate := self._held.get(name):
            gate.wait(HOLD_SECONDS)


async def _soon(holds: Any) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True


class Gateway:
    """The server, which runs in a thread from `open` to `close`."""

    def __init__(self, handler: "type[Handler] | None" = None) -> None:
        """`handler` answers in a way of its own."""
        self.accounts: dict[str, Account] = {}
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), handler or Handler)
        self._server.gateway = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Without an account: add a slash and the account's name."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def account(self, name: str) -> Account:
        with self._lock:
            return self.accounts.setdefault(name, Account())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    gateway: Gateway

    def handle_error(self, *_: object) -> None:
        """Nothing: an app that hangs up, or is killed, is what checks are about."""


class Handler(BaseHTTPRequestHandler):
    """`POST /ACCOUNT/charges` and `POST /ACCOUNT/receipts`."""

    protocol_version = "HTTP/1.1"
    timeout = HOLD_SECONDS
    server: Server

    def do_POST(self) -> None:
        name, _, what = self.path.strip("/").partition("/")
        account = self.server.gateway.account(name)
        body = self.read_json()
        if what == "charges":
            self.charge(account, body)
        elif what == "receipts":
            account.receipts.append(body)
            account.wait("receipts")
            self.answer(account.receipt_status, {})
        else:
            account.strays.append(what)
            self.answer(404, {"error": "no such path"})

    def charge(self, account: Account, body: dict[str, Any]) -> None:
        key, token = self.headers.get("Idempotency-Key"), body.get("token")
        if not key or not isinstance(token, str):
            self.answer(400, {"error": "a token and an Idempotency-Key are needed"})
            return
        request = ChargeRequest(key, body.get("amount"), body.get("currency"), token)
        status = account.charge(request)
        words = {200: "succeeded", 201: "succeeded", 202: "pending", 402: "declined"}
        word = words.get(status, "error")
        slowly = key in account.dripping
        account.dripping.discard(key)
        self.answer(status, {"status": word}, slowly=slowly)

    def read_json(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "0")
        size = min(int(length) if length.isdigit() else 0, BODY_BYTES)
        try:
            body = json.loads(self.rfile.read(size))
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def answer(
        self, status: int, body: dict[str, Any], *, slowly: bool = False
    ) -> None:
        content = json.dumps(body).encode()
        if slowly:
            self.drip(status, content)
            return
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # The app did not want to wait so long.

    def drip(self, status: int, content: bytes) -> None:
        """The whole answer, its first line too: nobody can tell how it will end."""
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
        length = f"Content-Length: {len(content)}\r\n\r\n"
        try:
            for byte in f"{head}{length}".encode() + content:
                time.sleep(DRIP_SECONDS)
                self.wfile.write(bytes([byte]))
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing: the judge prints its own report."""
