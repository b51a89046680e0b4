"""A network of a job's own: only itself is in it, and every port is free.

Learners' tests may start servers, on ports that nobody knows before.
"""

import ctypes
import fcntl
import os
import socket
import struct
from functools import cache
from pathlib import Path

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
SET_FLAGS, UP = 0x8914, 1


@cache
def available() -> bool:
    """Tried in a process of its own: half a network would be worse than none."""
    child = os.fork()
    if child == 0:
        try:
            enter()
            socket.create_server(("127.0.0.1", 0)).close()
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def enter() -> None:
    """Leave the machine's network. Without rights it takes a set of users of one's own.

    OSError where the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    if unshare(NEW_NETWORK):
        if unshare(NEW_USER | NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "no network of its own")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))


def unshare(flags: int) -> int:
    return int(ctypes.CDLL(None, use_errno=True).unshare(flags))


def ports_of_ones_own() -> range:
    """Those that the system hands out to who asks for any."""
    text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    first, last = map(int, text.split())
    return range(first, last + 1)
