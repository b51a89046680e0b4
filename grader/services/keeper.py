"""Keeps one service alive exactly as long as its owner, and cleans up after it.

Run as a script with one JSON argument. The owner holds the other end of standard
input: when it closes, by intent or because the owner was killed, the service is
stopped and its folder removed. Standard library only, so that it starts at once.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import Any

STOP_SECONDS = 10


def main() -> None:
    job = json.loads(sys.argv[1])
    # A Ctrl-C in the owner's terminal reaches us too, but the owner decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        keep(job)
    finally:
        shutil.rmtree(job["folder"], ignore_errors=True)


def keep(job: dict[str, Any]) -> None:
    user = {"user": job["user"], "extra_groups": []} if job["user"] else {}
    with open(job["log"], "wb") as log:
        common: dict[str, Any] = {
            "cwd": job["folder"],
            "stdout": log,
            "stderr": log,
            **user,
        }
        for command in job["prepare"]:
            if subprocess.run(command, stdin=subprocess.DEVNULL, **common).returncode:
                say("failed")
                sys.stdin.read()
                return
        service = subprocess.Popen(
            job["serve"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **common,
        )
    try:
        say("started")
        sys.stdin.read()
    finally:
        stop(service)


def say(word: str) -> None:
    try:
        print(word, flush=True)
    except BrokenPipeError:
        # The owner is gone already; standard input will tell.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def stop(service: subprocess.Popen[bytes]) -> None:
    # For PostgreSQL SIGINT means: end the sessions and shut down now.
    service.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
    try:
        service.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        service.kill()
        service.wait()


if __name__ == "__main__":
    main()
