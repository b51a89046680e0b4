"""Where servers have no Unix sockets, the judge's WebSockets are the same over TCP."""

import select
import socket

from grader.judge.callers.sockets import transport


async def test_server_soon_sees_that_nobody_reads() -> None:
    """Chat sends a slow reader 2 MB: larger buffers would hide that it stalls."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        reader = (await transport(None, f"http://127.0.0.1:{port}"))["sock"]
        server, _ = listener.accept()
        with reader, server:
            server.setblocking(False)
            sent = 0
            while sent < 1 << 22 and select.select([], [server], [], 0.5)[1]:
                sent += server.send(b"x" * 4096)

    assert sent < 1 << 20


async def test_unix_socket_is_taken_where_there_is_one() -> None:
    found = await transport("/somewhere/app.sock", "http://127.0.0.1:8000")

    assert found == {"unix": True, "path": "/somewhere/app.sock"}
