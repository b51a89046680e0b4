"""The results of a class on disk: a file a student, whole or not there."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.cohort.job import Job, Outcome
from grader.errors import SetupError
from grader.paths import ROOT
from grader.results import Result, write_whole
from grader.texts import Text

SCHEMA = ROOT / "grader" / "report" / "result.schema.json"
FORMAT = "fastapi-workbook/cohort/1"


@dataclass
class Kept:
    """What is known of a submission's grading."""

    id: str
    # Digests of what was handed in and of what judged it.
    handed_in: str
    judged_by: str
    attempts: int = 1
    # As in `result.schema.json`; without one, `why` says why.
    result: dict[str, Any] | None = None
    why: dict[str, Any] | None = None
    format: str = field(default=FORMAT)

    @property
    def graded(self) -> Result | None:
        return Result.from_json(self.result) if self.result else None

    @property
    def reason(self) -> Text | None:
        return Text(self.why["key"], self.why["params"]) if self.why else None

    def answers(self, job: Job) -> bool:
        """Whether it is a whole verdict on what was handed in, whoever judged it."""
        graded = self.graded
        whole = graded is not None and not graded.not_judged
        return whole and self.handed_in == job.handed_in


class Store:
    """The folder of results. SetupError when nothing can be written there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records = folder / "records"
        # Better now than after the first grading.
        with unwritable(folder):
            self._records.mkdir(parents=True, exist_ok=True)
        self._kept = {kept.id: kept for kept in self._read()}

    def _read(self) -> Iterator[Kept]:
        for path in sorted(self._records.glob("*.json")):
            try:
                kept = Kept(**json.loads(path.read_text("utf-8")))
                if kept.format == FORMAT and kept.id == path.stem:
                    _ = kept.graded
                    yield kept
            except (ValueError, TypeError, KeyError, OSError):
                # Not ours, or from another time: it is graded again.
                continue

    def get(self, job_id: str) -> Kept | None:
        return self._kept.get(job_id)

    def keep(self, outcome: Outcome) -> Kept:
        """Write down what became of a job, before anything else is done with it."""
        job = outcome.job
        before = self._kept.get(job.id)
        attempts = before.attempts + 1 if before else 1
        kept = Kept(job.id, job.handed_in, job.judged_by, attempts)
        why = outcome.why
        if why is None:
            kept.result, why = checked(outcome)
        kept.why = why.to_json() if why else None
        text = json.dumps(asdict(kept), ensure_ascii=False, indent=1) + "\n"
        self.write(self._records / f"{job.id}.json", text)
        self._kept[job.id] = kept
        return kept

    def write(self, path: Path, text: str) -> None:
        with unwritable(path):
            write_whole(path, text)


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """SetupError when the disk is full, say, or somebody else's."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise SetupError("not_written", file=path, reason=reason) from error


def checked(outcome: Outcome) -> tuple[dict[str, Any] | None, Text | None]:
    """The result, if it is one as documented, on what was asked."""
    import jsonschema

    try:
        data = json.loads(outcome.result)
        jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))
    except (ValueError, RecursionError, jsonschema.ValidationError):
        return None, Text("cohort.no_result")
    if [problem["slug"] for problem in data["problems"]] != list(outcome.job.problems):
        return None, Text("cohort.no_result")
    return named(data, outcome.job.id), None


def named(data: Mapping[str, Any], job_id: str) -> dict[str, Any]:
    """Equal submissions are graded once: each result names its own."""
    return {**data, "target": job_id}
