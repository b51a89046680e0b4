"""Brings a backup back; what stands in its place becomes a backup itself."""

import argparse

from grader.commands import PASSED, Told
from grader.texts import say


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", metavar=told("problem"))
    parser.add_argument(
        "backup", nargs="?", metavar=told("backup"), help=told("backup_name")
    )
    parser.add_argument("--list", action="store_true", help=told("list"))


def run(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import load
    from grader.learner.backups import backups
    from grader.learner.start_over import restore

    problem = load(options.problem)
    if options.list:
        for backup in backups(problem):
            print(f"{backup.name}  {', '.join(backup.packages)}")
        return PASSED
    brought, replaced = restore(problem, options.backup)
    print(say("learner.restored", language, backup=brought.name))
    if replaced:
        command = f"nox -s restore -- {problem.slug} {replaced.name}"
        where = replaced.folder
        print(say("learner.kept", language, where=where, command=command))
    return PASSED
