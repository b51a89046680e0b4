#!/usr/bin/env bash
# coverage 7.17.5 with pytest 9.2.0 and AnyIO 4.16.0: with `dynamic_context =
# test_function`, what an async test awaits itself is recorded under the test's name.
# What runs in a task of its own meanwhile has no name: the members of a `gather`, and a
# server in the same event loop, though only this test calls them. (With
# `Coverage.switch_context` at each test they have it.)
# Output seen: awaited: test_one / gathered: no test / served: no test
. "$(dirname "$0")/common.bash" coverage==7.17.5 pytest==9.2.0 anyio==4.16.0
cat > app.py <<'PYTHON'
async def awaited():
    return "awaited"


async def gathered():
    return "gathered"


async def served(reader, writer):
    writer.write(await reader.readline())
    writer.close()
PYTHON
cat > test_app.py <<'PYTHON'
import asyncio

import app
import pytest


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_one():
    await app.awaited()
    await asyncio.gather(app.gathered(), app.gathered())
    async with await asyncio.start_server(app.served, "127.0.0.1", 0) as server:
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"hello\n")
        assert await reader.read() == b"hello\n"
        writer.close()
PYTHON
cat > .coveragerc <<'INI'
[run]
core = ctrace
dynamic_context = test_function
include = app.py
INI
"$python" -m coverage run -m pytest -q -p no:cacheprovider > /dev/null
"$python" - <<'PYTHON'
from coverage import CoverageData

data = CoverageData()
data.read()
lines = data.contexts_by_lineno(*data.measured_files())
found = {}
for name, line in (("awaited", 2), ("gathered", 6), ("served", 10)):
    found[name] = ", ".join(lines[line]).removeprefix("test_app.") or "no test"
    print(f"{name}: {found[name]}")
assert list(found.values()) == ["test_one", "no test", "no test"]
PYTHON
