"""What a report shows of an app's output: what explains this failure, and no more."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from grader.catalogue import load
from grader.judge.app.world import World
from grader.judge.checks import expect
from grader.judge.checks.exchange import Exchange, Transcript
from grader.judge.checks.failures import CheckFailed
from grader.judge.suite.evidence import exchanged
from grader.judge.suite.observed import culprit, explaining, last_raised
from grader.judge.suite.printed import read
from grader.paths import SOLUTIONS
from grader.texts import Text

ASGI = "ERROR:    Exception in ASGI application"
INFO = 'INFO:     127.0.0.1:1 - "GET /v1/posts HTTP/1.1" 200 OK'


@dataclass
class Database:
    notes: list[Text] = field(default_factory=list)


@dataclass
class Server:
    """A server that printed this."""

    out: str = ""
    err: str = ""
    database: Database = field(default_factory=Database)

    def printed(self) -> tuple[str, str]:
        return self.out, self.err


def traceback(*frames: str, error: str = "ValueError: no") -> str:
    """What Python prints of an exception that went through these files."""
    lines = ["Traceback (most recent call last):"]
    for frame in frames:
        lines += [f'  File "{frame}", line 7, in work', "    raise ValueError"]
    return "\n".join([*lines, error])


def world_of(
    target: Path, *exchanges: Exchange, server: Server, slug: str = "blog"
) -> World:
    @dataclass
    class Seen:
        problem: Any
        target: Path
        servers: list[Server]
        transcript: Transcript

    seen = Seen(load(slug), target, [server], Transcript(list(exchanges)))
    return cast(World, seen)


def answer(status: int, request_id: str = "", who: str = "alice") -> Exchange:
    headers = {"x-request-id": request_id} if request_id else {}
    return Exchange(who, "GET", "/v1/posts", status=status, answer_headers=headers)


def where(world: World, exchange: Exchange) -> str | None:
    location, _ = last_raised(world, exchange, down=False)
    return location.file if location else None


def test_line_that_crashed_the_request_is_shown(tmp_path: Path) -> None:
    failed = answer(500)
    mine = str(tmp_path / "blog" / "services.py")
    server = Server(err="\n".join([ASGI, traceback("/lib/starlette/x.py", mine)]))

    world = world_of(tmp_path, failed, server=server)

    location, exception = last_raised(world, failed, down=False)
    assert location
    assert (location.file, location.line) == ("blog/services.py", 7)
    assert exception == "ValueError: no"


def test_what_another_request_raised_is_not_shown(tmp_path: Path) -> None:
    mine = str(tmp_path / "blog" / "services.py")
    failed = answer(409)
    server = Server(err="\n".join([ASGI, traceback("/lib/starlette/x.py", mine)]))

    assert where(world_of(tmp_path, failed, server=server), failed) is None


def test_request_ids_tell_whose_traceback_it_is(tmp_path: Path) -> None:
    def line(request_id: str, file: str) -> str:
        told = traceback(str(tmp_path / "blog" / file))
        return json.dumps(
            {"level": "error", "request_id": request_id, "exception": told}
        )

    failed = answer(500, "mine")
    server = Server(out="\n".join([line("mine", "a.py"), line("other", "b.py")]))

    assert where(world_of(tmp_path, failed, server=server), failed) == "blog/a.py"


def test_a_workers_traceback_belongs_to_whoever_waits_for_it(tmp_path: Path) -> None:
    failed = answer(200)
    server = Server(err=traceback(str(tmp_path / "jobs" / "worker.py")))

    world = world_of(tmp_path, failed, server=server, slug="jobs")

    assert where(world, failed) == "jobs/worker.py"


def test_code_that_was_given_is_not_the_learners(tmp_path: Path) -> None:
    """The innermost line that they wrote is: it called what was given."""
    for name in ("given/pagination.py", "shop/queries.py", "shop/errors.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes((SOLUTIONS / name).read_bytes())
    failed = answer(500)
    frames = ("queries.py", "errors.py")
    told = traceback(
        *(str(tmp_path / "shop" / name) for name in frames),
        str(tmp_path / "given" / "pagination.py"),
    )
    server = Server(err="\n".join([ASGI, told]))

    world = world_of(tmp_path, failed, server=server, slug="shop")

    assert where(world, failed) == "shop/queries.py"


def test_job_that_is_meant_to_fail_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    handlers = tmp_path / "jobs" / "handlers.py"
    handlers.write_bytes((SOLUTIONS / "jobs" / "handlers.py").read_bytes())
    failed = answer(200)
    told = traceback(str(tmp_path / "jobs" / "worker.py"), str(handlers))

    world = world_of(tmp_path, failed, server=Server(err=told), slug="jobs")
    assert where(world, failed) is None

    handlers.write_text("# mine\n")
    assert where(world, failed) == "jobs/handlers.py"


@pytest.mark.parametrize(("note", "shown"), [("note.cut", False), ("note.race", True)])
def test_connections_that_we_cut_are_not_the_learners(
    tmp_path: Path, note: str, shown: bool
) -> None:
    mine = str(tmp_path / "chat" / "bus.py")
    told = traceback(mine, error="sqlalchemy.exc.OperationalError: gone")
    server = Server(err=told, database=Database([Text(note)]))
    failed = answer(200)

    world = world_of(tmp_path, failed, server=server, slug="chat")

    assert (where(world, failed) is not None) == shown


def test_only_what_explains_is_shown(tmp_path: Path) -> None:
    failed = answer(500, "mine")
    warning = '{"level": "warning", "event": "pool is full"}'
    trail = '{"level": "info", "event": "http_request", "status": 500, "x": "mine"}'
    told = '{"level": "info", "event": "order 7 was not found", "request_id": "mine"}'
    out = "\n".join([*[INFO] * 50, warning, trail, told])
    err = traceback("/lib/x.py", *["/lib/y.py"] * 9)

    world = world_of(tmp_path, failed, server=Server(out, err))
    lines, left_out = explaining(world, failed, 12, down=False)

    assert lines[:2] == [warning, told]
    assert lines[-1] == "ValueError: no"
    assert len(lines) == 2 + 6
    assert left_out == len(out.splitlines()) + len(err.splitlines()) - len(lines)


def test_last_words_of_an_app_that_is_down_are_shown(tmp_path: Path) -> None:
    world = world_of(tmp_path, server=Server(err="no such option: --worker"))

    lines, left_out = explaining(world, None, 12, down=True)

    assert (lines, left_out) == (["no such option: --worker"], 0)


def test_chained_traceback_is_one() -> None:
    inner, outer = traceback("/a.py"), traceback("/b.py", error="KeyError: 'x'")
    during = "During handling of the above exception, another exception occurred:"

    found = read("\n".join([INFO, inner, "", during, "", outer, INFO]))

    assert [said.raised for said in found] == [False, True, False]
    assert found[1].exception() == "KeyError: 'x'"


def test_group_of_exceptions_is_one() -> None:
    text = (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/a.py", line 1, in f\n'
        "  | ExceptionGroup: unhandled errors (1 sub-exception)\n"
        "  +-+---------------- 1 ----------------\n"
        "    | Traceback (most recent call last):\n"
        '    |   File "/b.py", line 2, in g\n'
        "    | ValueError: no\n"
        "    +------------------------------------\n"
    )

    found = read(text + INFO)

    assert [said.raised for said in found] == [True, False]
    assert found[0].exception() == "ValueError: no"


def test_request_that_failed_is_the_last_one(tmp_path: Path) -> None:
    """Its answer was compared, whatever was asked after it."""
    asked = [answer(n) for n in range(200, 210)]
    world = world_of(tmp_path, *asked, server=Server())

    shown, known = culprit(world, CheckFailed("status", exchange=asked[2]))
    last, left_out = exchanged(world, shown)

    assert known
    assert [e.status for e in last] == [205, 206, 207, 208, 209, 202]
    assert left_out == 4


def test_last_request_stands_in_where_none_is_known(tmp_path: Path) -> None:
    asked = [answer(200), answer(201)]

    found = culprit(world_of(tmp_path, *asked, server=Server()), CheckFailed("rows"))

    assert found == (asked[1], False)


def test_expectations_know_whose_answer_is_wrong() -> None:
    import httpx

    from grader.judge.checks.answers import body

    asked = answer(200)
    content = json.dumps({"items": [{"a": 1}]})
    reply = httpx.Response(200, content=content, extensions={"exchange": asked})

    for state in (
        lambda: expect.status(reply, 201),
        lambda: expect.header(reply, "etag"),
        lambda: expect.fields(body(reply)["items"][0], a=2),
        lambda: expect.statuses([reply], 201),
        lambda: body(reply)["more"],
    ):
        with pytest.raises(CheckFailed) as raised:
            state()
        assert raised.value.exchange is asked
