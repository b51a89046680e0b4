"""Orders the tests of a learner, and notes which ran and what each of them executed."""

import json
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest


class Watched:
    """A plugin. Its notes, as JSON:

    `ran`: the tests that ran, in their order; `seconds`: how long each took; `lines`:
    for each file of the traced folder, by its path from there, the tests that executed
    a line, by its number. A line that no test did, an import for instance, has "".
    """

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._place = {name: n for n, name in enumerate(job.get("first", ()))}
        self._only = job.get("only", False)
        self._notes = Path(job["notes"])
        self._seconds: dict[str, float] = {}
        self._tracer = Tracer(Path(job["trace"])) if job.get("trace") else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._only:
            items[:] = [item for item in items if item.nodeid in self._place]
        # The others keep the order that their seed gave them.
        last = len(self._place)
        items.sort(key=lambda item: self._place.get(item.nodeid, last))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item
    ) -> Generator[None, object, object]:
        start = time.monotonic()
        if self._tracer:
            self._tracer.begin(item.nodeid)
        try:
            return (yield)
        finally:
            if self._tracer:
                self._tracer.begin("")
            self._seconds[item.nodeid] = time.monotonic() - start

    def write(self) -> None:
        notes = {
            "ran": list(self._seconds),
            "seconds": self._seconds,
            "lines": self._tracer.lines() if self._tracer else {},
        }
        self._notes.write_text(json.dumps(notes), "utf-8")


class Tracer:
    """Which test executes which lines of the package in `folder`."""

    def __init__(self, folder: Path) -> None:
        # Imported only here: most runs are not traced.
        import coverage

        self._folder = folder
        self._coverage = coverage.Coverage(
            data_file=None,
            config_file=False,
            include=[f"{folder}/*"],
            omit=[f"{folder}/tests/*"],
            # SQLAlchemy's async engine runs in greenlets, sync routes in threads.
            concurrency=["thread", "greenlet"],
        )
        # The monitoring of newer Pythons cannot tell one test from another.
        self._coverage.set_option("run:core", "ctrace")
        self._coverage.start()

    def begin(self, test: str) -> None:
        self._coverage.switch_context(test)

    def lines(self) -> dict[str, dict[int, list[str]]]:
        self._coverage.stop()
        data = self._coverage.get_data()
        return {
            Path(name).relative_to(self._folder).as_posix(): dict(
                data.contexts_by_lineno(name)
            )
            for name in data.measured_files()
        }
