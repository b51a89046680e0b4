"""Confines a job: to its own folders, the ports of its services, its own processes.

Linux does it with Landlock, without any privilege: what is not allowed here stays
refused in this process and in all that it starts.
"""

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from grader.child import filter, network
from grader.child.around import around

# The levels of confinement, strictest first; reports name the one in force.
CONFINED, FILES_ONLY, NOT_CONFINED = "confined", "files_only", "not_confined"
# The system calls have the same numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PR_SET_NO_NEW_PRIVS = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, DEVICE = 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
# Of the rights, those that a file may have.
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE
# By Landlock's version, how many rights on files it knows.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
BIND, CONNECT = 1 << 0, 1 << 1
# Bits of the capability sets: reading and writing files of any owner.
CAPABILITY_VERSION, OPEN_ANY = 0x20080522, 1 << 1 | 1 << 2
# Landlock's scopes: no abstract sockets and no signals to processes outside.
SCOPES = 0b11
# Open to apps with whatever lies there, the workbook excepted.
SYSTEM = (
    "/usr /lib /lib64 /bin /sbin /etc /opt /nix /proc/self /proc/stat /proc/meminfo"
    " /proc/cpuinfo /proc/uptime /proc/loadavg /sys/devices/system/cpu /sys/fs/cgroup"
    " /dev/urandom /dev/random"
)
DEVICES = "/dev/null /dev/zero /dev/full /dev/tty"
WORKBOOK = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def landlock() -> int:
    """The kernel's version of Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(libc().syscall(CREATE_RULESET, None, 0, 1)))


def level() -> str:
    """How well a job can be shut in here."""
    version = landlock()
    if version >= 6 and filter.available():
        return CONFINED
    return FILES_ONLY if version else NOT_CONFINED


def confine(job: Mapping[str, Any]) -> None:
    """Shut this process in for a job, as well as `job["level"]` says."""
    if job["level"] == NOT_CONFINED:
        return
    version = landlock() if job["level"] == CONFINED else min(landlock(), 3)
    named = ports_named(job["env"].values())
    # Tests may start servers. A service that is reached over TCP is out of reach from
    # a network of their own.
    alone = tests_alone(job) and not named and network.available()
    ruleset = Ruleset(version, ports=version >= 4 and not alone)
    system = [*SYSTEM.split(), *job["code"], *interpreter()]
    ruleset.allow(READ, around(system, hidden=WORKBOOK))
    ruleset.allow(READ_FILE | WRITE_FILE, DEVICES.split())
    ruleset.allow(ruleset.every, [job["folder"], job["env"]["HOME"]])
    ruleset.allow_ports(CONNECT, named)
    ruleset.allow_ports(BIND, [job["port"]] if "port" in job else [])
    if alone:
        network.enter()
    elif tests_alone(job):
        ruleset.allow_ports(BIND, [0])
        ruleset.allow_ports(CONNECT, network.ports_of_ones_own())
    give_up_rights()
    ruleset.enter()
    if job["level"] == CONFINED:
        filter.enter()


def tests_alone(job: Mapping[str, Any]) -> bool:
    """Whether it is tests that run, which speak to nobody but to what they start."""
    return bool(job["kind"] == "pytest" and job["level"] == CONFINED)


def interpreter() -> list[str]:
    """Where Python and its libraries lie."""
    return [sys.prefix, sys.base_prefix, *(path for path in sys.path if path)]


def ports_named(settings: Iterable[str]) -> list[int]:
    """The ports of the servers whose URLs are among a job's settings."""
    ports = []
    for setting in settings:
        if "://" in setting:
            with contextlib.suppress(ValueError):
                ports.append(urlsplit(setting).port)
    return [port for port in ports if port]


def give_up_rights() -> None:
    """No program may win rights, and root keeps only the one to open others' files.

    Submissions often belong to another user than root, who grades in a container.
    """
    checked(libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    sets = ctypes.create_string_buffer(24)
    checked(libc().capget(header, sets))
    effective, permitted, _, *_ = struct.unpack("=6I", sets.raw)
    kept = (effective & OPEN_ANY, permitted & OPEN_ANY, 0, 0, 0, 0)
    checked(libc().capset(header, struct.pack("=6I", *kept)))


class Ruleset:
    """What is allowed; `enter` refuses everything else, for good."""

    def __init__(self, version: int, *, ports: bool) -> None:
        """`ports` are shut, all but those that are allowed."""
        self.every = (1 << RIGHTS.get(version, 16)) - 1
        self.ports = ports
        attributes = [self.every]
        if version >= 4:
            attributes.append(BIND | CONNECT if ports else 0)
        if version >= 6:
            attributes.append(SCOPES)
        packed = struct.pack(f"{len(attributes)}Q", *attributes)
        self.descriptor = call(CREATE_RULESET, packed, len(packed), 0)

    def allow(self, rights: int, paths: Iterable[str]) -> None:
        """Allow it on files, and on folders with all that is in them."""
        for path in paths:
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue  # What is not there needs no right.
            asked = rights & self.every
            if not os.path.isdir(path):
                asked &= OF_FILES
            call(ADD_RULE, self.descriptor, 1, struct.pack("=Qi", asked, place), 0)
            os.close(place)

    def allow_ports(self, rights: int, ports: Iterable[int]) -> None:
        if self.ports:
            for port in ports:
                rule = struct.pack("=QQ", rights, port)
                call(ADD_RULE, self.descriptor, 2, rule, 0)

    def enter(self) -> None:
        call(RESTRICT_SELF, self.descriptor, 0)
        os.close(self.descriptor)


@cache
def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: object) -> int:
    return checked(libc().syscall(number, *arguments))


def checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
