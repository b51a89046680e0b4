"""The result of a grading, and its documented JSON (see report/result.schema.json)."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.texts import Text

SCHEMA = "fastapi-workbook/result/1"
STATUSES = ("passed", "failed", "blocked", "error", "timeout")


@dataclass
class CheckResult:
    id: str
    title: str
    status: str
    points: int
    score: float
    seconds: float
    failure: dict[str, Any] | None = None
    # Of a check of the learner's tests: how many planted bugs these caught, also when
    # they were enough, and the stories of those that they missed.
    caught: dict[str, Any] | None = None


@dataclass
class StageResult:
    number: int
    title: str
    checks: list[CheckResult] = field(default_factory=list)
    # Nothing of it is written yet; its checks failed, or were not even asked.
    not_begun: bool = False

    @property
    def points(self) -> int:
        """What its checks are worth together."""
        return sum(check.points for check in self.checks)

    @property
    def score(self) -> float:
        return sum(check.score for check in self.checks)

    @property
    def not_judged(self) -> int:
        """The points of what the grader could not judge: they are in the maximum."""
        return sum(check.points for check in self.checks if check.status == "error")

    @property
    def seconds(self) -> float:
        return sum(check.seconds for check in self.checks)

    @property
    def status(self) -> str:
        """The gravest of its checks; blocked when nothing in it could be judged."""
        found = {check.status for check in self.checks}
        if not found:
            return "error"
        if found <= {"passed"}:
            return "passed"
        if found <= {"blocked"}:
            return "blocked"
        return "error" if "error" in found else "failed"


@dataclass
class ProblemResult:
    slug: str
    stages: list[StageResult] = field(default_factory=list)

    @property
    def score(self) -> float:
        return sum(stage.score for stage in self.stages)

    @property
    def max_score(self) -> int:
        return sum(stage.points for stage in self.stages)

    def explain_blocked(self, language: str) -> None:
        """What waits for a stage that passed has failed: no lost point is silent."""
        passed = {stage.number for stage in self.stages if stage.status == "passed"}
        for check in (check for stage in self.stages for check in stage.checks):
            params = (check.failure or {}).get("params", {})
            if (
                check.failure
                and check.status == "blocked"
                and params["stage"] in passed
            ):
                text = Text("failure.blocked_by_passed", params)
                check.status = "failed"
                check.failure |= {"key": text.key, "text": text.render(language)}

    @property
    def not_judged(self) -> int:
        return sum(stage.not_judged for stage in self.stages)


@dataclass
class Result:
    target: str
    language: str
    environment: dict[str, str]
    problems: list[ProblemResult] = field(default_factory=list)
    # RFC 3339, and what the doctor found; results of older graders lack what follows.
    graded_at: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)
    # What the command line said of "lang" and "target": a next step says it again.
    options: dict[str, str] = field(default_factory=dict)
    # How well the code was shut in: "confined", "files_only" or "not_confined".
    confinement: str = ""

    @property
    def score(self) -> float:
        return sum(problem.score for problem in self.problems)

    @property
    def max_score(self) -> int:
        return sum(problem.max_score for problem in self.problems)

    @property
    def not_judged(self) -> int:
        """Points that are in the maximum and could not be earned: it is incomplete."""
        return sum(problem.not_judged for problem in self.problems)

    @property
    def passed(self) -> bool:
        return all(s.status == "passed" for p in self.problems for s in p.stages)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "target": self.target,
            "language": self.language,
            "graded_at": self.graded_at,
            "options": self.options,
            "environment": self.environment,
            "findings": self.findings,
            "confinement": self.confinement,
            "score": rounded(self.score),
            "max_score": self.max_score,
            "not_judged": self.not_judged,
            "problems": [_problem(problem) for problem in self.problems],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Result":
        """Read a saved result; KeyError or TypeError when it is not one."""
        if data["schema"] != SCHEMA:
            raise KeyError(data["schema"])
        problems = [
            ProblemResult(
                problem["slug"],
                [
                    StageResult(
                        stage["number"],
                        stage["title"],
                        [CheckResult(**check) for check in stage["checks"]],
                        stage.get("not_begun", False),
                    )
                    for stage in problem["stages"]
                ],
            )
            for problem in data["problems"]
        ]
        return cls(
            data["target"],
            data["language"],
            data["environment"],
            problems,
            data.get("graded_at", ""),
            data.get("findings", []),
            data.get("options", {}),
            data.get("confinement", ""),
        )


def _problem(problem: ProblemResult) -> dict[str, Any]:
    return {
        "slug": problem.slug,
        "score": rounded(problem.score),
        "max_score": problem.max_score,
        "not_judged": problem.not_judged,
        "stages": [
            {
                "number": stage.number,
                "title": stage.title,
                "points": stage.points,
                "score": rounded(stage.score),
                "status": stage.status,
                "not_begun": stage.not_begun,
                "checks": [asdict(check) for check in stage.checks],
            }
            for stage in problem.stages
        ],
    }


def rounded(score: float) -> float | int:
    """Whole points as integers, so that 100 reads as 100."""
    value = round(score, 2)
    return int(value) if value == int(value) else value


def write_json(result: Result, path: Path) -> None:
    text = json.dumps(result.to_json(), ensure_ascii=False, indent=1) + "\n"
    write_whole(path, text)


def write_whole(path: Path, text: str) -> None:
    """Write the whole file or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        # Half a surrogate pair of an app's becomes an escape, as JSON knows it.
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
