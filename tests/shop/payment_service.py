"""The shops' payment service, which can be told any answer, or to give none."""

from typing import Any, ClassVar

from grader.judge.callers import gateway
from grader.judge.callers.gateway import Account, ChargeRequest

# What it can be told instead of an answer.
HANG_UP = "hang up"
# Nobody listens here: the address of a service that no connection reaches.
NOWHERE = "http://127.0.0.1:9"


class Handler(gateway.Handler):
    # By token: the status and the word of its next answer, as "202 succeeded"; or that
    # it has none, however often it is asked.
    told: ClassVar[dict[str, str]] = {}

    def charge(self, account: Account, body: dict[str, Any]) -> None:
        token = str(body.get("token"))
        if token not in self.told:
            return super().charge(account, body)
        key = self.headers.get("Idempotency-Key", "")
        asked = ChargeRequest(key, body.get("amount"), body.get("currency"), token)
        account.asked.append(asked)
        if self.told[token] == HANG_UP:
            self.close_connection = True
            return None
        status, word = self.told.pop(token).split()
        return self.answer(int(status), {"status": word})


class PaymentService(gateway.Gateway):
    """Charges nobody when it was told its answer."""

    def __init__(self) -> None:
        super().__init__(Handler)

    def tell(self, token: str, answer: str) -> None:
        Handler.told[token] = answer
