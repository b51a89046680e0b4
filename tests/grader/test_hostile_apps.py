"""Broken and hostile apps get a fair verdict that says what is wrong."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grader.catalogue import Problem
from grader.child.confine import NOT_CONFINED
from grader.results import CheckResult
from grader.run import Engine
from tests.grader.conftest import Target

APP = """
    import os, sys, time
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse

    def create_app():
        app = FastAPI()

        @app.get("/v1/posts/{slug}")
        def get(slug: str):
            return misbehave()

        return app

    def misbehave():
        %s
"""


def graded(engine: Engine, blog: Problem, target: Any) -> dict[str, CheckResult]:
    stage = engine.grade([blog], target, "en", [1]).problems[0].stages[0]
    return {check.id: check for check in stage.checks}


def failure_of(check: CheckResult) -> dict[str, Any]:
    assert check.failure
    return check.failure


@pytest.mark.parametrize(
    ("main", "key", "said"),
    [
        ("def create_app(:", "import", "SyntaxError"),
        ("import no_such_module", "library", "no_such_module"),
        ("import blog.nothing", "import", "blog.nothing"),
        ("app = 1", "factory", "create_app"),
        (
            "def create_app():\n    raise RuntimeError('no luck')",
            "create_app",
            "no luck",
        ),
        (
            """
            from contextlib import asynccontextmanager
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                raise RuntimeError("no start")
                yield

            def create_app():
                return FastAPI(lifespan=lifespan)
            """,
            "lifespan",
            "no start",
        ),
        ("def create_app(): ...", "no_app", "returned NoneType"),
        ("async def create_app(): ...", "no_app", "returned coroutine"),
        ("import os\nos._exit(7)", "exit", "7"),
    ],
)
def test_app_that_does_not_start(
    engine: Engine, blog: Problem, target: Target, main: str, key: str, said: str
) -> None:
    checks = graded(engine, blog, target(main))

    failure = failure_of(checks["create_then_read"])
    assert failure["key"] == f"failure.down.{key}"
    assert said in f"{failure['got']} {failure['text']}"
    assert checks["unknown_post_is_404"].status == "failed"


def test_syntax_error_names_the_line(
    engine: Engine, blog: Problem, target: Target
) -> None:
    checks = graded(engine, blog, target("\n\ndef create_app(:\n    pass\n"))

    where = failure_of(checks["create_then_read"])["where"]
    assert (where["file"], where["line"]) == ("blog/main.py", 3)


def test_handler_that_never_returns(
    engine: Engine, blog: Problem, target: Target
) -> None:
    checks = graded(engine, blog, target(APP % "time.sleep(1000)"))

    assert checks["unknown_post_is_404"].status == "timeout"


def test_exit_in_a_handler_costs_its_own_check(
    engine: Engine, blog: Problem, target: Target
) -> None:
    checks = graded(engine, blog, target(APP % "os._exit(3)"))

    failure = failure_of(checks["unknown_post_is_404"])
    assert failure["key"] == "failure.connection"
    assert failure["got"]["text"] == {"key": "failure.crashed", "params": {"code": 3}}
    # The next check has a server again.
    assert failure_of(checks["limits_of_text"])["key"] != "failure.connection"


def test_huge_answer_is_cut_off(engine: Engine, blog: Problem, target: Target) -> None:
    gigabyte = "return StreamingResponse(b'x' * 65536 for _ in range(16384))"

    checks = graded(engine, blog, target(APP % gigabyte))

    assert failure_of(checks["unknown_post_is_404"])["key"] == "failure.too_large"


def test_flood_of_output_is_bounded(
    engine: Engine, blog: Problem, target: Target
) -> None:
    flood = "[print('x' * 99_999) for _ in range(1000)]"

    checks = graded(engine, blog, target(APP % flood))

    failure = failure_of(checks["unknown_post_is_404"])
    assert failure["key"] == "failure.status"
    assert sum(len(line) for line in failure["log"]) < 10_000


def test_body_that_lies_about_its_encoding(
    engine: Engine, blog: Problem, target: Target
) -> None:
    bomb = (
        "return __import__('starlette.responses').responses.Response("
        "b'no gzip', headers={'content-encoding': 'gzip'})"
    )

    checks = graded(engine, blog, target(APP % bomb))

    assert checks["unknown_post_is_404"].status == "failed"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-author": "José"},
        {"content-type": "application/json; charset=no-such-thing"},
        {"content-type": "text/plain; charset=utf-16"},
        {"x-unwritten-stage": "²"},
    ],
)
def test_odd_headers_cost_no_verdict(
    engine: Engine, blog: Problem, target: Target, headers: dict[str, str]
) -> None:
    """The answer is refused for what is wrong with it, not for its headers."""
    answer = (
        "return __import__('starlette.responses').responses.Response("
        f"b'no json', 501, headers={headers!r})"
    )

    checks = graded(engine, blog, target(APP % answer))

    failure = failure_of(checks["unknown_post_is_404"])
    assert failure["key"] == "failure.status"
    assert failure["got"] == 501
    assert failure["exchanges"][-1]["body"] == "no json"


def test_line_of_the_exception_is_reported(
    engine: Engine, blog: Problem, target: Target
) -> None:
    checks = graded(engine, blog, target(APP % "raise ValueError('here it is')"))

    failure = failure_of(checks["unknown_post_is_404"])
    assert failure["where"]["file"] == "blog/main.py"
    assert failure["where"]["function"] == "misbehave"
    assert failure["exception"] == "ValueError: here it is"


@pytest.fixture
def unconfined(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app can leave a note outside of its own folder."""
    monkeypatch.setattr(engine.launcher, "level", NOT_CONFINED)


@pytest.mark.usefixtures("unconfined")
def test_nothing_of_the_app_is_left_running(
    engine: Engine, blog: Problem, target: Target, tmp_path: Path
) -> None:
    """A child that the app leaves behind ends with the app."""
    note = tmp_path / "pid"
    child = "os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '1000')"
    leave = f"open({str(note)!r}, 'w').write(str({child}))"

    graded(engine, blog, target(APP % leave))

    pid = int(note.read_text())
    deadline = time.monotonic() + 10
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not running(pid)


@pytest.mark.usefixtures("unconfined")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_daemon_of_the_app_is_gone_before_the_verdict(
    engine: Engine, blog: Problem, target: Target, tmp_path: Path
) -> None:
    """A process that left its parents and its session ends all the same."""
    note = tmp_path / "pid"
    daemon = f"""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                open({str(note)!r}, "w").write(str(os.getpid()))
                time.sleep(1000)
            os._exit(0)
    """

    graded(engine, blog, target(APP % daemon.strip()))

    assert not running(int(note.read_text()))


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
