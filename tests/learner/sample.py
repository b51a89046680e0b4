"""One result with every state, and with an app that printed whatever does harm."""

from typing import Any

from grader.report.translate import translated
from grader.results import CheckResult, ProblemResult, Result, StageResult

HOSTILE = (
    "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)> ``` "
    "| [a](javascript:alert(3)) ]]> &amp; \x1b[2J\x07\ud800\u202e"
)


def failure(key: str = "failure.status", **fields: Any) -> dict[str, Any]:
    return {
        "key": key,
        "params": {},
        "text": "",
        "expected": 201,
        "got": 500,
        "why": "",
        "read": "https://fastapi.tiangolo.com/",
        "notes": [{"key": "note.hold", "params": {"table": "posts"}, "text": ""}],
        "exchanges": [
            {
                "request": "curl -i -X POST http://127.0.0.1:8000/v1/posts",
                "status": 500,
                "headers": {"content-type": HOSTILE},
                "body": HOSTILE,
                "error": None,
            }
        ],
        "where": {"file": "blog/services.py", "line": 42, "function": "create_post"},
        "exception": f"ValueError: {HOSTILE}",
        "log": [HOSTILE],
        **fields,
    }


def check(
    check_id: str, status: str, points: int = 1, found: dict[str, Any] | None = None
) -> CheckResult:
    score = float(points) if status == "passed" else 0.0
    return CheckResult(check_id, check_id, status, points, score, 0.25, found)


def result(language: str) -> Result:
    waits = failure("failure.blocked", params={"stage": 1}, where=None, exception=None)
    down = failure(
        "failure.field",
        params={"field": HOSTILE},
        expected={"a": 1},
        got={"a": HOSTILE},
        where=None,
        exception=None,
    )
    first = [
        check("create_then_read", "failed", 1, failure()),
        check("times_have_an_offset", "passed"),
        check("given_slug", "timeout", 1, down),
        check("derived_slug", "error", 1, failure("failure.grader", exchanges=[])),
    ]
    second = [check("upgrade_keeps_every_post", "blocked", 3, waits)]
    third = [check("passwords_are_hashed", "passed")]
    missed = [{"en": "counts wrong", "zh": "数错了"}]
    third[0].caught = {"caught": 4, "of": 5, "missed": missed}
    stages = [StageResult(n, "", c) for n, c in enumerate((first, second, third), 1)]
    fourth = [check("filters", "failed"), check("walk_over_ties", "failed")]
    stages.append(StageResult(4, "", fourth, not_begun=True))
    made = Result(
        "starter",
        language,
        {"python": "3.11.7", "platform": HOSTILE},
        [ProblemResult("blog", stages)],
        "2026-11-25T12:00:00+00:00",
        confinement="files_only",
    )
    translated(made, language)
    return made
