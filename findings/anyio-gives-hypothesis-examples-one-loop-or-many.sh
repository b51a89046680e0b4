#!/usr/bin/env bash
# AnyIO 4.16.0 with Hypothesis 6.170.15 and pytest 9.2.0: an async test with `@given`
# runs each example in an event loop of its own. It runs all of them in one loop while
# any async fixture is alive, be it one of the session that another test has asked for.
# So what a module keeps between examples (an engine, a lock) works or fails depending
# on which tests ran before.
# Output seen: alone: 10 examples, 10 loops / after another test: 10 examples, 1 loops
. "$(dirname "$0")/common.bash" anyio==4.16.0 hypothesis==6.170.15 pytest==9.2.0
cat > test_loops.py <<'PYTHON'
import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio
loops = []


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def server():
    yield "running"


async def test_of_another(server):
    pass


@settings(max_examples=10, database=None, derandomize=True)
@given(st.integers())
async def test_examples(number):
    loops.append(asyncio.get_running_loop())


def test_count():
    print(f"\nfound: {len(loops)} examples, {len(set(loops))} loops")
PYTHON
count() { "$python" -m pytest -q -s -p no:cacheprovider "$@" | sed -n 's/^found: //p'; }
alone=$(count test_loops.py::test_examples test_loops.py::test_count)
after=$(count test_loops.py)
echo "alone: $alone"
echo "after another test: $after"
[ "$alone" = "10 examples, 10 loops" ] && [ "$after" = "10 examples, 1 loops" ]
