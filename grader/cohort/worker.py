"""Grades one submission in a worker process, whose services live as long as it does."""

import atexit
import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import NamedTuple

from grader import environment
from grader.catalogue import load
from grader.cohort.job import Job
from grader.cohort.judged_by import judged_by
from grader.cohort.shut_in import must_be_shut_in
from grader.errors import SetupError
from grader.files import write_files
from grader.paths import LIBRARIES
from grader.run import Engine
from grader.texts import Text

_engine: Engine | None = None


def grade_one(job: Job) -> str:
    """The result as JSON.

    Raises SetupError when this worker cannot judge it: nothing of a submission can.
    """
    from grader.learner.grading import grade

    problems = [load(slug) for slug in job.problems]
    if judged_by(problems, job.stages) != job.judged_by:
        raise SetupError("other_workbook")
    if not job.trusted:
        must_be_shut_in()
    with tempfile.TemporaryDirectory(prefix="cohort-") as scratch:
        target = Path(scratch)
        write_files(job.files, target)
        with libraries(target):
            try:
                result = grade(engine, problems, target, job.language, job.stages)
            except BaseException:
                # What this one did to the services must not reach the next.
                close()
                raise
    tidy()
    # Where it lay for a moment is nothing to tell; who it is of is.
    result.target = job.id
    return json.dumps(result.to_json(), ensure_ascii=False)


def engine() -> Engine:
    """That of this process; it ends with it."""
    global _engine
    if _engine is None:
        only_ours(os.environ)
        _engine = Engine()
        atexit.register(close)
    return _engine


def only_ours(variables: MutableMapping[str, str]) -> None:
    """A worker on another machine was started from somebody's shell."""
    for name in variables.keys() - environment.chosen(variables).keys():
        del variables[name]


def tidy() -> None:
    """Drop what the last one left; a verdict is not lost if that fails."""
    try:
        if _engine:
            _engine.tidy()
    except Exception:
        close()


def close() -> None:
    global _engine
    ended, _engine = _engine, None
    if ended:
        ended.__exit__(None, None, None)


@contextlib.contextmanager
def libraries(target: Path) -> Iterator[None]:
    """Install what the submission asks for, for its own processes only.

    The preloading process is told at its start where they are: it starts anew.
    """
    from grader import requirements

    if not requirements.lines_of(target / requirements.FILE):
        yield
        return
    close()
    try:
        with one_at_a_time():
            os.environ[LIBRARIES] = str(requirements.installed(target))
        yield
    except SystemExit as ended:
        raise SetupError("cohort_requirements") from ended
    finally:
        os.environ.pop(LIBRARIES, None)
        close()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Workers of a machine must not build the same environment side by side."""
    from grader.learner.home import locked

    with locked():
        yield


class Said(NamedTuple):
    """The result as JSON, or why there is none."""

    text: str
    why: Text | None = None


def told(grade: Callable[[Job], str], job: Job) -> Said:
    """Whatever happens is told, not raised: some exceptions would end a worker."""
    try:
        return Said(grade(job))
    except SetupError as error:
        return Said("", error.text)
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}"[:300]
        return Said("", Text("cohort.raised", {"reason": reason}))
