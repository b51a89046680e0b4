"""What ends a check: a failure with its evidence, or a stage that is not there yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.texts import Text


@dataclass(frozen=True)
class Evidence:
    """What was compared. `expected` and `got` are JSON, or a Text in any language."""

    label: Text
    expected: Any = None
    got: Any = None


class CheckFailed(Exception):
    """The app did something else than the statement says.

    `earned` is the share of the check's points that remains, 0 to 1.
    """

    status = "failed"

    def __init__(
        self,
        key: str,
        *,
        expected: Any = None,
        got: Any = None,
        params: Mapping[str, object] | None = None,
        earned: float = 0.0,
        exchange: object = None,
    ) -> None:
        super().__init__(key, expected, got)
        # The request whose answer it was, where that is known.
        self.exchange = exchange
        self.evidence = Evidence(Text(f"failure.{key}", params or {}), expected, got)
        self.earned = earned


class CheckTimeout(CheckFailed):
    """No answer within the deadline."""

    status = "timeout"


class NotJudged(CheckFailed):
    """No verdict on the app: the run was cut short, or cannot be believed."""

    status = "error"


class AppDown(CheckFailed):
    """The app did not start, or it ended while it was asked something."""


class NotThereYet(CheckFailed):
    """What a check builds on, of another stage, does not work yet."""

    status = "blocked"

    def __init__(
        self, stage: int, expected: Any, got: Any, exchange: object = None
    ) -> None:
        super().__init__(
            "blocked",
            expected=expected,
            got=got,
            params={"stage": stage},
            exchange=exchange,
        )
        self.stage = stage
