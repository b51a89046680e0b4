"""What a learner has passed, seen and tried, in one small file that survives.

`.workbook/progress.json`, described by progress.schema.json. A file that cannot be
understood is set aside, never overwritten.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.learner.home import home, locked
from grader.results import STATUSES, write_whole
from grader.texts import Text

SCHEMA = "fastapi-workbook/progress/1"
KEPT_ATTEMPTS = 50
# Different failed attempts at a stage after which the reference may be seen.
ATTEMPTS_TO_COMPARE = 3


@dataclass
class StageProgress:
    """One stage: the last verdicts by check, when it was first passed, hints seen."""

    judged_at: str = ""
    checks: dict[str, str] = field(default_factory=dict)
    passed_at: str = ""
    # The result of the grading that passed it, relative to `.workbook/`.
    report: str = ""
    hints: int = 0
    # Digests of what was tried and failed, each different.
    attempts: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return bool(self.checks) and set(self.checks.values()) == {"passed"}


@dataclass
class Progress:
    problems: dict[str, dict[int, StageProgress]] = field(default_factory=dict)
    # What to tell the learner when the file could not be used as it was.
    notice: Text | None = None

    def stage(self, slug: str, number: int) -> StageProgress:
        return self.problems.setdefault(slug, {}).setdefault(number, StageProgress())

    def judged_at(self, slug: str) -> str:
        """When the problem was last graded; nothing when it never was."""
        stages = self.problems.get(slug, {}).values()
        return max((stage.judged_at for stage in stages), default="")

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "problems": {
                slug: {str(n): asdict(stages[n]) for n in sorted(stages)}
                for slug, stages in sorted(self.problems.items())
            },
        }

    @classmethod
    def from_json(cls, data: Any) -> "Progress":
        """ValueError, KeyError, TypeError or AttributeError when it is none."""
        if data["schema"] != SCHEMA:
            raise ValueError(data["schema"])
        return cls(
            {
                str(slug): {int(n): _stage(stage) for n, stage in stages.items()}
                for slug, stages in data["problems"].items()
            }
        )


def _stage(data: dict[str, Any]) -> StageProgress:
    stage = StageProgress(**data)
    texts = [stage.judged_at, stage.passed_at, stage.report, *stage.attempts]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("not a text")
    if not set(stage.checks.values()) <= set(STATUSES) or stage.hints < 0:
        raise ValueError("not a state")
    return stage


def load() -> Progress:
    """What is remembered; a file that cannot be understood is moved aside first."""
    file = home() / "progress.json"
    try:
        return Progress.from_json(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        reason = error.strerror or str(error)
        return Progress(notice=Text("learner.unreadable", {"reason": reason}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Progress(notice=_set_aside(file))


def _set_aside(file: Path) -> Text:
    number = 1
    while (aside := file.with_name(f"progress-damaged-{number}.json")).exists():
        number += 1
    try:
        file.rename(aside)
    except OSError as error:
        return Text("learner.unreadable", {"reason": error.strerror or str(error)})
    return Text("learner.damaged", {"aside": aside})


@contextlib.contextmanager
def changing() -> Iterator[Progress]:
    """Progress to change; it is saved at the end, unless an error came first.

    Where nothing can be written, the progress says so in its notice.
    """
    try:
        with locked() as folder:
            progress = load()
            yield progress
            text = json.dumps(progress.to_json(), ensure_ascii=False, indent=1)
            write_whole(folder / "progress.json", text + "\n")
    except OSError as error:
        raise NotKept(error.strerror or str(error)) from error


class NotKept(Exception):
    """Progress could not be written; the command goes on without."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.text = Text("learner.not_kept", {"folder": home(), "reason": reason})
