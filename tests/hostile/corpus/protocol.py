"""What passes between an app and the judge: exit codes, descriptors, answers."""

ATTACKS = {
    "import": {
        "exit": "os._exit(0)",
        "ready": "os.write(3, b'1'); time.sleep(1000)",
        "descriptors": "os.closerange(0, 100)",
        "descriptors-written": """
for descriptor in range(3, 64):
    try:
        os.write(descriptor, b'exit 0\\n{"kind": "end_all"}\\n')
    except OSError:
        pass
""",
        "output": """
for _ in range(100):
    print("x" * 1_000_000)
""",
        "interrupt": "raise KeyboardInterrupt",
        "threads": """
import threading
for _ in range(50):
    threading.Thread(target=time.sleep, args=[1000]).start()
""",
    },
    "request": {
        "exit": "os._exit(0)",
        "hang": "time.sleep(1000)",
        "unwritten": """
return Response("x", 501, headers={"x-unwritten-stage": "99999999999999999999"})
""",
        "length": "return Response('x', 404, headers={'content-length': '100000'})",
        "headers": """
return Response("x", 404, headers={f"x-{n}": "y" * 1000 for n in range(5000)})
""",
        "bomb": """
import zlib
body = zlib.compress(bytes(1 << 28))
return Response(body, 404, headers={"content-encoding": "deflate"})
""",
        "nested": "return Response('[' * 1_000_000, media_type='application/json')",
        "endless": """
from fastapi.responses import StreamingResponse
return StreamingResponse(iter(lambda: b"x" * 65536, b""), 404)
""",
        "exception": "raise Exception('\\udc80' + '\\x1b[2J' * 1000)",
    },
}
