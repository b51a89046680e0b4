"""Lets attacks at the judge, one by one; a line of JSON says what came of each.

python -m tests.hostile.gauntlet FOLDER ID…   # in a copy of the repository
"""

import json
import os
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path

from grader.catalogue import load
from grader.judge.app import server
from grader.paths import ROOT
from grader.run import Engine
from tests.hostile.bait import Bait, left_behind
from tests.hostile.corpus import ATTACKS, Attack
from tests.hostile.outcome import Outcome

# Cheap ones, which an app without a database does not pass.
ASKED = {"create_then_read", "unknown_post_is_404"}
APP = """\
import os, pathlib, re, signal, socket, subprocess, sys, time
from fastapi import FastAPI, Response

ROOT, CANARY, OUTSIDE, JUDGE, PORT, NAME = {names!r}
STRAY = "import time; time.sleep(1000)"

def create_app():
    app = FastAPI()

    @app.get("/v1/posts/{{slug}}")
    def get(slug: str):
        try:
            found = attempt()
        except Exception as error:
            found = f"{{type(error).__name__}} {{error}}"
        return found if isinstance(found, Response) else Response(f"{{found}}", 418)

    return app

def attempt():
{request}

{at_import}
"""


def write(attack: Attack, bait: Bait, target: Path) -> None:
    names = (str(ROOT), str(bait.canary), str(bait.outside), os.getpid())
    at_import, request = (
        ("", attack.code)
        if attack.place == "request"
        else (
            attack.code,
            "return None",
        )
    )
    package = target / "blog"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    text = APP.format(
        names=(*names, bait.port, bait.name),
        request=textwrap.indent(request.strip(), "    "),
        at_import=at_import.strip(),
    )
    (package / "main.py").write_text(text, "utf-8")


def judged(engine: Engine, attack: Attack, bait: Bait, target: Path) -> Outcome:
    bait.lay()
    bait.heard.clear()
    write(attack, bait, target)
    before = (target / "blog" / "main.py").read_bytes()
    blog = load("blog")
    without = {check.id for check in blog.stage(1).checks} - ASKED
    result = engine.grade([blog], target, "en", [1], without=without)
    strays = left_behind(os.getpid())
    engine.tidy()
    (problem,) = result.problems
    said = json.dumps(result.to_json())
    told = "failure.files_changed" in said
    return Outcome(
        attack.id,
        forged=result.score > 0,
        leaked=bait.token in said.replace(str(bait.canary), "") or bool(bait.heard),
        touched=bait.touched() or (target / "blog" / "main.py").read_bytes() != before,
        left=bool(strays),
        lost=len(problem.stages[0].checks) != len(ASKED)
        or bool(result.not_judged and not told),
        told=told,
    )


def main(folder: Path, names: list[str]) -> None:
    # Apps that never start are told from slow ones sooner than in earnest.
    server.START_SECONDS = 5.0
    bait = Bait(folder / "bait")
    try:
        with Engine() as engine:
            for attack in ATTACKS:
                if attack.id in names:
                    print(json.dumps({"begun": attack.id}), flush=True)
                    outcome = judged(engine, attack, bait, folder / "target")
                    print(json.dumps(asdict(outcome)), flush=True)
    finally:
        # Nothing of the last one's stays on the machine either.
        bait.lay()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
