"""Records what was sent and what came back, and writes it as curl."""

import shlex
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN_BYTES = 2000
# The port that the commands in reports use; a second app has the next one.
FIRST_PORT = 8000
KEPT_LINES, LINE_CHARACTERS = 12, 160
SHOWN_HEADERS = (
    "content-type",
    "etag",
    "location",
    "retry-after",
    "www-authenticate",
    "x-request-id",
    "idempotency-replayed",
    "x-unwritten-stage",
)
UNWRITTEN = "x-unwritten-stage"
SENT_HEADERS = ("content-type", "if-match", "if-none-match", "x-request-id")


@dataclass
class Exchange:
    """One request and its answer, as a report shows them."""

    who: str
    method: str
    target: str
    port: int = FIRST_PORT
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: str = ""
    error: str | None = None

    @property
    def not_written(self) -> int | None:
        """The stage that an unwritten starter route names in its 501, or None."""
        stage = self.answer_headers.get(UNWRITTEN, "")
        return int(stage) if self.status == 501 and stage.isdecimal() else None

    def to_json(self) -> dict[str, Any]:
        return {
            "who": self.who,
            "server": self.port - FIRST_PORT + 1,
            "method": self.method,
            "path": self.target,
            "sent": self.body,
            "request": self.curl(),
            "status": self.status,
            "headers": self.answer_headers,
            "body": self.answer,
            "error": self.error,
        }

    def curl(self) -> str:
        """A command that sends the same; a token is named, never shown."""
        words = ["curl", "-i"]
        if self.method != "GET":
            words += ["-X", self.method]
        words.append(shlex.quote(f"http://127.0.0.1:{self.port}{self.target}"))
        if "authorization" in self.headers:
            words += ["-H", f'"Authorization: Bearer ${self.who.upper()}_TOKEN"']
        for name, value in self.headers.items():
            if name != "authorization":
                words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.body:
            words += ["-d", shlex.quote(self.body)]
        return " ".join(words)


class Dialogue(Exchange):
    """What one socket sent and received, as a report shows it: the last lines."""

    def __init__(self, who: str, target: str, port: int = FIRST_PORT) -> None:
        super().__init__(who, "WS", target, port)
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)

    def note(self, arrow: str, text: str) -> None:
        more = f"… (+{len(text) - LINE_CHARACTERS})"
        cut = text[:LINE_CHARACTERS] + (more if len(text) > LINE_CHARACTERS else "")
        self.lines.append(f"{arrow} {cut}")

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "body": "\n".join(self.lines)}

    def curl(self) -> str:
        return f"websocat ws://127.0.0.1:{self.port}{self.target}  # {self.who}"


def shown(text: str) -> str:
    """Cut a long body, saying how much is missing."""
    if len(text) <= SHOWN_BYTES:
        return text
    return f"{text[:SHOWN_BYTES]}… (+{len(text) - SHOWN_BYTES})"


@dataclass
class Transcript:
    """The exchanges of the check that runs now."""

    exchanges: list[Exchange] = field(default_factory=list)
    peers: list[object] = field(default_factory=list)

    def clear(self) -> None:
        self.exchanges.clear()
        self.peers.clear()

    def port(self, peer: object) -> int:
        """Tells the servers of a check apart: each has ids of its own."""
        if peer not in self.peers:
            self.peers.append(peer)
        return FIRST_PORT + self.peers.index(peer)

    def unwritten_before(self, stage: int) -> int | None:
        """The first stage before this one that answered 501 for what is unwritten."""
        stages = [exchange.not_written for exchange in self.exchanges]
        return min((s for s in stages if s is not None and s < stage), default=None)

    def last(self, count: int) -> Sequence[Exchange]:
        return self.exchanges[-count:]
