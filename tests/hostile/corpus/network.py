"""Servers of others, and what leaves the machine."""

ATTACKS = {
    "import": {},
    "request": {
        "tcp": """
with socket.create_connection(("127.0.0.1", PORT), 2) as other:
    return other.recv(100)
""",
        "tcp-fast-open": """
other = socket.socket()
other.sendto(b"hello", 0x20000000, ("127.0.0.1", PORT))
return other.recv(100)
""",
        "tcp-io-uring": """
import ctypes
parameters = ctypes.create_string_buffer(120)
if ctypes.CDLL(None).syscall(425, 4, parameters) >= 0:
    return CANARY
""",
        "tcp-multipath": """
other = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
other.connect(("127.0.0.1", PORT))
return other.recv(100)
""",
        "tcp-metadata": """
return socket.create_connection(("169.254.169.254", 80), 1).getpeername()
""",
        "tcp-served": "return socket.create_server(('0.0.0.0', 0)).getsockname()",
        "udp": """
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.sendto(b"stolen", ("127.0.0.1", PORT))
""",
        "udp-6": """
other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
other.sendto(b"stolen", ("::1", PORT))
""",
        "raw": "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "packet": "return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "netlink": "return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "vsock": "return socket.socket(40, socket.SOCK_STREAM)",
        "abstract": """
other = socket.socket(socket.AF_UNIX)
other.connect(NAME)
return other.recv(100)
""",
        "shared-memory": """
import ctypes
if ctypes.CDLL(None).shmget(0x77, 4096, 0o1600) >= 0:
    return CANARY
""",
    },
}
