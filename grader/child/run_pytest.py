"""Runs the tests that a learner wrote, with the package under test on the path."""

import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from grader.child.watched import Watched


def run(job: Mapping[str, Any]) -> int:
    """`first` names tests, `only` leaves out all others, `trace` names a folder.

    What happened is written to the file `notes`: see `Watched`.
    """
    importlib.invalidate_caches()
    watched = Watched(job)
    code = int(pytest.main(job["arguments"], plugins=[watched]))
    watched.write()
    return code
