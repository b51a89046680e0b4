"""Runs an app with its services and reload, for a person to look at."""

import argparse
import os
from pathlib import Path

from grader.commands import PASSED, Told
from grader.paths import STARTER


def configure(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("problem", nargs="?", metavar=told("problem"))
    parser.add_argument(
        "--target", type=Path, default=STARTER, metavar="DIR", help=told("target")
    )
    parser.add_argument("--port", type=int, metavar="N", help=told("port"))


def run(options: argparse.Namespace, language: str) -> int:
    from grader.catalogue import load as load_problem
    from grader.errors import SetupError
    from grader.learner import serving
    from grader.learner.position import current_problem
    from grader.learner.progress import load
    from grader.run import check_target
    from grader.texts import Text, say

    chosen = options.problem
    problem = load_problem(chosen) if chosen else current_problem(load())
    check_target(problem, options.target)
    port = serving.choose_port(options.port)
    print(say("serve.starting", language, title=problem.title[language]), flush=True)

    def show(text: Text) -> None:
        print(f"▸ {text.render(language)}", flush=True)

    try:
        code = serving.run(problem, options.target, port, show)
    except KeyboardInterrupt:
        code = PASSED
    if code not in (PASSED, -2, 130) and os.name == "posix":
        raise SetupError("serve_ended", code=code)
    print(say("serve.left", language))
    return PASSED
