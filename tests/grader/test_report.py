"""The report in a terminal says what to do, and trusts nothing that an app printed."""

import io
from typing import Any

import pytest
from rich.console import Console

from grader.catalogue import SLUGS, load
from grader.report.lines import DOWN
from grader.report.terminal import Screen
from grader.results import CheckResult, ProblemResult, Result, StageResult
from grader.texts import catalogue


def failure(**fields: Any) -> dict[str, Any]:
    return {
        "key": "failure.status",
        "params": {},
        "text": "The status of the answer.",
        "expected": 201,
        "got": 500,
        "why": "Because.",
        "read": "https://example.com/",
        "notes": [{"key": "note.down", "params": {}, "text": "Unreachable."}],
        "exchanges": [
            {
                "request": "curl -i http://127.0.0.1:8000/v1/posts",
                "status": 500,
                "headers": {},
                "body": "[red]not markup[/red] \x1b[2J\x07",
                "error": None,
            }
        ],
        "where": {"file": "blog/services.py", "line": 42, "function": "create_post"},
        "exception": "ValueError: no",
        "log": ["\x1b]0;title\x07 a line"],
        **fields,
    }


def check(status: str, **fields: Any) -> CheckResult:
    found = None if status == "passed" else failure(**fields)
    score = 1 if status == "passed" else 0
    return CheckResult("create_then_read", "Title", status, 1, score, 0.1, found)


def shown(language: str, *stages: list[CheckResult], width: int = 90) -> str:
    found = [StageResult(n, f"Stage {n}", c) for n, c in enumerate(stages, 1)]
    return printed(language, [ProblemResult("blog", found)], width)


def printed(language: str, problems: list[ProblemResult], width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    result = Result("starter", language, {}, problems)
    screen = Screen(language, console=console)
    screen.show(result)
    screen.next(result)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_failure_is_told_in_full() -> None:
    text = shown("en", [check("passed"), check("failed")], width=200)

    for part in (
        "1 of 2 checks",
        "expected: 201",
        "got: 500",
        "in your code: starter/blog/services.py:42: ValueError: no (create_post)",
        "how: Unreachable.",
        "$ curl -i http://127.0.0.1:8000/v1/posts",
        "why: Because.",
        "read: https://example.com/",
        "1 of 2 points, 2 checks run",
        "nox -s grade -- blog --stage 1",
    ):
        assert part in text


def test_long_values_are_cut_where_they_agree() -> None:
    same = "a" * 3000

    text = shown("en", [check("failed", expected=f"{same}X", got=f"{same}Y")])

    assert "aX" in text
    assert "aY" in text
    assert same not in text.replace("\n", "").replace(" ", "")


def test_output_of_an_app_is_no_markup_and_no_control() -> None:
    text = shown("en", [check("failed")])

    assert "[red]not markup[/red]" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_next_step_is_the_first_unfinished_stage() -> None:
    text = shown("zh", [check("passed")], [check("failed")], [check("failed")])

    assert "下一步：阶段 2" in text
    assert "01-blog-api-database.zh.md" in text
    assert "后面的阶段还有 1 项检查失败" in text


def test_blocked_stage_names_what_it_waits_for() -> None:
    blocked = check("blocked", key="failure.blocked", params={"stage": 1})

    text = shown("en", [check("failed")], [blocked])

    assert "waits for stage 1" in text


def test_one_cause_is_told_once() -> None:
    down = {"key": "failure.down.import", "text": "The app cannot start."}

    text = shown("en", [check("failed", **down) for _ in range(5)])

    assert text.count("The app cannot start.") == 1
    assert "4 more checks failed for the same reason." in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_any_width_is_wide_enough(width: int) -> None:
    lines = shown("zh", [check("failed")], width=width).splitlines()

    # In one piece stay: the learner's line, where editors jump to, links, commands.
    whole = ("blog/services.py:42: ", "https://", "nox -s grade")
    broken = [line for line in lines if not any(part in line for part in whole)]
    assert len(broken) == len(lines) - len(whole)
    assert max(len(line) for line in broken) <= width


def unbegun(slug: str) -> ProblemResult:
    return ProblemResult(
        slug,
        [
            StageResult(s.number, s.title["en"], [check("failed")], not_begun=True)
            for s in load(slug).stages
        ],
    )


def test_what_is_not_begun_is_a_line() -> None:
    text = printed("en", [unbegun("blog")])

    rows = [line for line in text.splitlines() if "not begun" in line]
    assert len(rows) == 8
    assert "✗" not in text


def test_untouched_starter_fits_a_screen_and_ends_with_one_step() -> None:
    lines = printed("en", [unbegun(slug) for slug in SLUGS]).splitlines()

    assert len(lines) <= 40
    assert lines[-1] == "    nox -s grade -- blog --stage 1"
    assert sum("nox -s" in line for line in lines) == 1


def test_blocked_check_of_a_stage_that_is_judged_is_told() -> None:
    text = "This check builds on stage 1."
    blocked = check("blocked", key="failure.blocked", params={"stage": 1}, text=text)

    said = shown("en", [check("passed"), blocked])

    assert "· 1 Title  0/1" in said
    assert text in said
    assert "expected" not in said


def test_every_reason_not_to_start_is_told_once() -> None:
    sentences = {key for key in catalogue("en") if key.startswith("failure.down.")}

    assert sentences == {f"failure.down.{why}" for why in DOWN}


@pytest.mark.parametrize("status", ["passed", "failed"])
def test_what_own_tests_missed_is_told_on_a_pass_too(status: str) -> None:
    got = {"caught": 4, "of": 5, "missed": [{"en": "counts wrong", "zh": "数错了"}]}
    found = check(status, key="failure.bugs_missed", got=got)
    found.caught = got

    text = shown("en", [found])

    assert "Your tests caught 4 of 5 planted bugs. They missed:\n– counts wrong" in text
    assert text.count("counts wrong") == 1
    assert "数错了" in shown("zh", [found])


def test_progress_is_told_where_no_line_can_be_drawn_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    console = Console(file=io.StringIO(), width=80)
    now = iter([0.0, 1.0, 11.0, 12.0])
    blog = load("blog")

    with Screen("en", console=console).progress() as bar:
        monkeypatch.setattr("grader.report.bar.time.monotonic", lambda: next(now))
        bar._said = next(now)
        for runs in (1, 2, 3):
            bar.ran_tests(blog, runs)
        monkeypatch.undo()

    assert isinstance(console.file, io.StringIO)
    lines = [x for x in console.file.getvalue().splitlines() if x.startswith("…")]
    assert lines == ["… 8 Database tests: run 2 of your tests"]


def asked(path: str, status: int, **fields: Any) -> dict[str, Any]:
    return {
        "who": "alice",
        "server": 1,
        "method": "GET",
        "path": path,
        "sent": "",
        "failed": False,
        "request": f"curl -i http://127.0.0.1:8000{path}",
        "status": status,
        "headers": {},
        "body": "{}",
        "error": None,
        **fields,
    }


def test_request_that_failed_is_last_and_says_who_sent_it() -> None:
    exchanges = [asked(f"/v1/{n}", 200) for n in range(4)]
    exchanges.append(asked("/v1/wrong", 500, who="bob", failed=True))

    text = shown("en", [check("failed", exchanges=exchanges, exchanges_left_out=7)])
    lines = [line.strip() for line in text.splitlines()]

    at = lines.index("earlier requests that are not shown: 9")
    assert lines[at + 1 : at + 6] == [
        "alice: GET /v1/2 → 200",
        "alice: GET /v1/3 → 200",
        "this request of bob got the wrong answer:",
        "$ curl -i http://127.0.0.1:8000/v1/wrong",
        "500 {}",
    ]


def test_two_servers_are_told_apart() -> None:
    exchanges = [asked("/v1/a", 200), asked("/v1/b", 200, server=2)]

    text = shown("en", [check("failed", exchanges=exchanges)])

    assert "alice at server 1: GET /v1/a" in text
    assert "the last request, sent by alice at server 2:" in text


def test_three_failures_fit_and_begin_with_what_is_wrong() -> None:
    """Whatever an app says; what usual ones say takes 90 lines with all around it."""
    long = "word " * 400
    exchanges = [asked("/v1/posts?q=" + "x" * 300, 200, sent=long, body=long)] * 6
    found = [
        check(
            "failed",
            exchanges=exchanges,
            exchanges_left_out=50,
            log=[long] * 12,
            log_left_out=900,
            where=None,
            expected=long,
            got=f"{long} more",
            text=f"The {n}th comparison.",
        )
        for n in range(3)
    ]
    for n, one in enumerate(found):
        one.id = f"check_{n}"

    lines = shown("en", found, width=80).splitlines()

    assert len(lines) <= 3 * 42
    for n in range(3):
        at = next(i for i, x in enumerate(lines) if f"The {n}th" in x)
        nearby = "\n".join(lines[at : at + 12])
        assert "expected: " in nearby
        assert "got: " in nearby


def test_app_output_is_shown_where_no_line_of_code_is() -> None:
    log = {"log": ["WARNING: the pool is full"], "log_left_out": 111}

    with_line = shown("en", [check("failed", **log)])
    without = shown("en", [check("failed", where=None, exception=None, **log)])

    assert "the pool is full" not in with_line
    assert "the pool is full" in without
    assert "(111 other lines are not shown)" in without


def test_one_sentence_of_what_is_not_written_is_told_once() -> None:
    text = "This route still answers 501."
    found = [check("failed", key="failure.not_written", text=text) for _ in range(9)]

    said = shown("en", found)

    assert said.count(text) == 1
    assert said.count("✗ 1 Title  0/1") == 9


def test_of_a_dialogue_the_end_is_shown() -> None:
    """What a socket said last is what went wrong."""
    body = "\n".join(f"→ ping number {n}" for n in range(100))
    socket = asked("/v1/ws", 101, method="WS", body=f"{body}\n← close 4400")

    text = shown("en", [check("failed", exchanges=[socket])])

    assert "← close 4400" in text
    assert "→ ping number 99" in text
    assert "→ ping number 1\n" not in text
