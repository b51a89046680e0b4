"""Log lines that know their request, and one that forgets who asked."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
import structlog
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.testing import LogCapture

log = structlog.get_logger()
app = FastAPI()


# --8<-- [start:lost]
def note_user() -> str:  # A plain def: it runs in a thread, with a copy of the context.
    bind_contextvars(user="ada")
    return "ada"


@app.get("/sync")
async def show_sync(user: Annotated[str, Depends(note_user)]) -> None:
    log.info("shown")


# --8<-- [end:lost]


# --8<-- [start:mend]
async def note_user_here() -> str:
    bind_contextvars(user="ada")
    return "ada"


@app.get("/async")
async def show_async(user: Annotated[str, Depends(note_user_here)]) -> None:
    log.info("shown")


# --8<-- [end:mend]


# --8<-- [start:lines]
def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
    try:
        raise ValueError("a bug\nwith two lines")
    except ValueError:
        log.exception("unhandled_error", order_id=7)

    assert capsys.readouterr().out.count("\n") == 1


# --8<-- [end:lines]


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    clear_contextvars()
    yield
    structlog.reset_defaults()


@pytest.fixture
def lines() -> list[Any]:
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    return capture.entries


# --8<-- [start:test]
def test_what_a_thread_binds_is_lost(lines: list[Any]) -> None:
    TestClient(app).get("/sync")
    assert [line.get("user") for line in lines] == [None]


def test_what_the_loop_binds_is_kept(lines: list[Any]) -> None:
    TestClient(app).get("/async")
    assert [line.get("user") for line in lines] == ["ada"]


# --8<-- [end:test]
