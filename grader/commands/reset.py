"""Gives the starter back, of a problem or a stage; names the backup it made."""

import argparse

from grader.commands import PASSED, Told
from grader.texts import say


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", metavar=told("problem"))
    parser.add_argument("--stage", type=int, metavar="N", help=told("reset_stage"))


def run(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import load
    from grader.learner import start_over

    problem = load(options.problem)
    shared: dict[str, tuple[int, ...]] = {}
    if options.stage is None:
        changed, backup = start_over.reset(problem)
        files = [problem.slug] if changed else []
    else:
        stage = problem.stage(options.stage)
        backup, files = start_over.reset_stage(problem, stage)
        shared = start_over.gone_with(stage, files)
    if not files:
        print(say("learner.as_given", language, slug=problem.slug))
        return PASSED
    print(say("learner.given_back", language, files=", ".join(files)))
    if shared:
        names = [f"{name} ({', '.join(map(str, n))})" for name, n in shared.items()]
        print(say("learner.gone_with", language, names=", ".join(names)))
    if backup:
        command = f"nox -s restore -- {problem.slug} {backup.name}"
        where = backup.folder
        print(say("learner.kept", language, where=where, command=command))
    return PASSED
