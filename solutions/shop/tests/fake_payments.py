"""A payment service that does what it is told, as a real HTTP server."""

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# What a charge of a token does: the status, and whether the customer was charged.
OUTCOMES = {
    "succeed": (200, True),
    "decline": (402, False),
    "fail": (503, False),
    "put off": (202, False),
    "lose": (503, True),
}


class FakePayments:
    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.charged: dict[str, dict[str, Any]] = {}
        self.receipts: list[dict[str, Any]] = []
        self.plans: dict[str, list[str]] = {}
        self.gates: dict[str, threading.Event] = {}
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def plan(self, token: str, *outcomes: str) -> None:
        self.plans[token] = list(outcomes)

    def of(self, token: str) -> Sequence[dict[str, Any]]:
        return [r for r in self.requests if r["token"] == token]

    def keys_of(self, token: str) -> set[str]:
        return {request["key"] for request in self.of(token)}

    def charges_of(self, token: str) -> list[int]:
        return [c["amount"] for c in self.charged.values() if c["token"] == token]

    def receive(self, key: str, body: dict[str, Any]) -> int:
        request = body | {"key": key}
        with self.lock:
            self.requests.append(request)
            plans = self.plans.get(body["token"])
            status, charged = OUTCOMES[plans.pop(0) if plans else "succeed"]
            if key in self.charged:
                status = 200
            elif charged:
                self.charged[key] = request
        if gate := self.gates.get(body["token"]):
            gate.wait(10)
        return status


def handler_of(payments: FakePayments) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = 200
            if self.path == "/charges":
                status = payments.receive(self.headers["Idempotency-Key"], body)
            else:
                payments.receipts.append(body)
            words = {200: "succeeded", 202: "pending", 402: "declined"}
            content = json.dumps({"status": words.get(status, "error")}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    return Handler
