"""Refuses system calls that Landlock lets pass: datagrams, and what a user shares.

A filter of Linux's seccomp, which stays in force in all that this process starts.
"""

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

PR_GET_SECCOMP, PR_SET_SECCOMP, FILTER = 21, 22, 2
# The first fields of what a filter is shown: the call's number, the architecture,
# where the call came from, then six arguments.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, IGNORE, REFUSE = 0x7FFF0000, 0x00050000, 0x00050000 | errno.EPERM
# Numbers from here on are a second set of calls, which x86 has for 32-bit pointers.
SECOND_SET = 0x40000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# On each: the call's number, and where the number of another process may stand in it.
OF_OTHERS = {
    "prlimit64": (302, 261, 0),
    "sched_setaffinity": (203, 122, 0),
    "sched_setscheduler": (144, 119, 0),
    "sched_setparam": (142, 118, 0),
    "sched_setattr": (314, 274, 0),
    "setpriority": (141, 140, 1),
    "ioprio_set": (251, 30, 1),
}
# Resources that all processes of a user share, and calls that bypass these rules.
NEVER = {
    "io_uring_setup": (425, 425),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
}
# Modes and owners, of any file of the account's: whoever copies files sets them, so it
# is told that it went well.
IGNORED = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
}
SOCKET = (41, 198)
# With this flag they connect: Landlock looks at connect() alone.
SENDING = {"sendto": (44, 206, 3), "sendmsg": (46, 211, 2), "sendmmsg": (307, 269, 3)}
FAST_OPEN = 0x20000000
UNIX, INET, INET6 = 1, 2, 10
STREAM, TCP = 1, 6


@dataclass(frozen=True)
class Argument:
    """Whether the argument at `index`, of which `mask` is looked at, is `value`."""

    index: int
    value: int
    equal: bool = True
    mask: int = 0xFFFFFFFF


def available() -> bool:
    if sys.platform != "linux" or platform.machine() not in ARCHITECTURES:
        return False
    return int(ctypes.CDLL(None).prctl(PR_GET_SECCOMP, 0, 0, 0, 0)) >= 0


def enter() -> None:
    """Refuse them from now on; new privileges must be given up before."""
    code = program()
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "the filter of system calls was refused")


@cache
def program() -> bytes:
    machine = platform.machine()
    which = list(ARCHITECTURES).index(machine)
    code = [
        step(LOAD, ARCHITECTURE),
        step(EQUAL, ARCHITECTURES[machine], 1, 0),
        step(RETURN, REFUSE),
        step(LOAD, NUMBER),
        step(AT_LEAST, SECOND_SET, 0, 1),
        step(RETURN, REFUSE),
    ]
    for numbers in NEVER.values():
        code += refuse(numbers[which])
    for number in (numbers[which] for numbers in IGNORED.values()):
        code += refuse(number, answer=IGNORE) if number else []
    for call in OF_OTHERS.values():
        code += refuse(call[which], Argument(call[2], 0, equal=False))
    for call in SENDING.values():
        code += refuse(call[which], Argument(call[2], FAST_OPEN, mask=FAST_OPEN))
    for arguments in sockets():
        code += refuse(SOCKET[which], *arguments)
    return b"".join([*code, step(RETURN, ALLOW)])


def sockets() -> list[Sequence[Argument]]:
    """The sockets that are refused: all but local ones and those of plain TCP."""
    known = [Argument(0, family, equal=False) for family in (UNIX, INET, INET6)]
    refused: list[Sequence[Argument]] = [known]
    for family in (INET, INET6):
        ours = Argument(0, family)
        # Above the kind stand flags: close on exec, do not block.
        refused.append([ours, Argument(1, STREAM, equal=False, mask=0xF)])
        protocols = [Argument(2, number, equal=False) for number in (0, TCP)]
        refused.append([ours, *protocols])
    return refused


def refuse(number: int, *arguments: Argument, answer: int = REFUSE) -> list[bytes]:
    """Refuse a call if all that is said of its arguments holds."""
    tests: list[bytes] = []
    for argument in reversed(arguments):
        # How far to jump: over the remaining tests and over the refusal.
        past = len(tests) + 1
        jumps = (0, past) if argument.equal else (past, 0)
        tests = [
            step(LOAD, ARGUMENTS + 8 * argument.index),
            step(AND, argument.mask),
            step(EQUAL, argument.value, *jumps),
            *tests,
        ]
    past = len(tests) + 1
    return [
        step(LOAD, NUMBER),
        step(EQUAL, number, 0, past),
        *tests,
        step(RETURN, answer),
    ]


def step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """One instruction; `then` and `otherwise` are how many steps it leaps over."""
    return struct.pack("HBBI", code, then, otherwise, value)
