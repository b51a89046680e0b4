"""Runs one service for exactly as long as its owner lives, and cleans up after it.

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
import threading
from typing import Any

STOP_SECONDS = 20.0
# A signal that comes before the service listens for it is lost: it is sent again.
AGAIN_SECONDS = 0.5


def main() -> None:
    job = json.loads(sys.argv[1])
    # A Ctrl-C in the owner's terminal may reach us too, but the owner decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run(job)
    finally:
        shutil.rmtree(job["folder"], ignore_errors=True)


def run(job: dict[str, Any]) -> None:
    """Run the job's commands and its service until the owner is gone."""
    orphaned = threading.Event()
    threading.Thread(target=wait_for_owner, args=[orphaned], daemon=True).start()
    user = {"user": job["user"], "extra_groups": []} if job["user"] else {}
    with open(job["log"], "wb") as log:
        common: dict[str, Any] = {
            "cwd": job["folder"],
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": log,
            "start_new_session": True,
            **user,
        }
        done = (subprocess.run(command, **common) for command in job["prepare"])
        if any(command.returncode for command in done):
            say("ended")
        elif not orphaned.is_set():
            service = subprocess.Popen(job["serve"], **common)
            watch(service, orphaned)
            stop(service)
    orphaned.wait()


def wait_for_owner(orphaned: threading.Event) -> None:
    sys.stdin.read()
    orphaned.set()


def watch(service: subprocess.Popen[bytes], orphaned: threading.Event) -> None:
    say("started")
    while not orphaned.wait(0.1):
        if service.poll() is not None:
            say("ended")
            return


def say(word: str) -> None:
    try:
        print(word, flush=True)
    except BrokenPipeError:
        # The owner is gone already: `wait_for_owner` sees that too.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def stop(service: subprocess.Popen[bytes]) -> None:
    # For PostgreSQL SIGINT means: end the sessions and shut down now.
    number = signal.SIGINT if os.name == "posix" else signal.SIGTERM
    for _ in range(int(STOP_SECONDS / AGAIN_SECONDS)):
        service.send_signal(number)
        try:
            service.wait(AGAIN_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue
    service.kill()
    service.wait()


if __name__ == "__main__":
    main()
