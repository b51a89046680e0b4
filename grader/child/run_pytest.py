"""Runs the tests that a learner wrote, with the package under test on the path."""

import importlib
from collections.abc import Mapping
from typing import Any

import pytest


def run(job: Mapping[str, Any]) -> int:
    importlib.invalidate_caches()
    return int(pytest.main(job["arguments"]))
