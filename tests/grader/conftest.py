"""One engine for all tests of the tool, and targets made of a few lines."""

import os
import signal
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from grader.catalogue import Problem, load
from grader.judge.database import Database
from grader.learner.home import ELSEWHERE
from grader.run import Engine

Target = Callable[[str], Path]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Gradings of these tests are nobody's progress."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ELSEWHERE, str(tmp_path_factory.mktemp("workbook")))
        yield


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def blog() -> Problem:
    return load("blog")


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """Make a target whose `blog/main.py` holds the given lines."""

    def make(main: str) -> Path:
        package = tmp_path / "target" / "blog"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "main.py").write_text(textwrap.dedent(main), "utf-8")
        return package.parent

    return make


@pytest.fixture
async def database(engine: Engine) -> AsyncIterator[Database]:
    database = Database(engine.cluster, engine.cluster.create())
    await database.execute("CREATE TABLE posts (id int, title text)")
    await database.execute(f"GRANT ALL ON posts TO {engine.cluster.role}")
    yield database
    await database.close()
    engine.cluster.drop(database.name)


def hear_interrupts() -> None:
    """Undo what a shell does to background jobs: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def leftovers(owner: int) -> set[str]:
    """The folders that the grader with this process id has in use."""
    from grader.services.scratch import scratch_base

    found = (name.split("-") for name in os.listdir(scratch_base()))
    return {"-".join(n) for n in found if n[0] == "workbook" and n[2:3] == [str(owner)]}
