"""Checks the machine, and says how to mend what is amiss."""

import argparse

from grader.commands import FAILED, PASSED, Told
from grader.texts import say

MARKS = {"ok": "✓", "warning": "!", "bad": "✗"}


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    """No options of its own."""


def run(options: argparse.Namespace, language: str) -> int:
    from grader.learner.machine import thorough, told

    worst = set()
    for finding in thorough():
        found, mend = told(finding, language)
        print(f"{MARKS[finding.status]} {found}", flush=True)
        if mend:
            print(f"    {mend}", flush=True)
        worst.add(finding.status)
    key = "bad" if "bad" in worst else "warning" if "warning" in worst else "well"
    print(say(f"doctor.all_{key}", language))
    return FAILED if "bad" in worst else PASSED
