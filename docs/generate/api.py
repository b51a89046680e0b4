"""The API of each problem as its reference describes it: OpenAPI, and a page."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from docs.generate.objectives import DOCS
from docs.generate.texts import LANGUAGES, TEXTS, twin
from grader.catalogue import Problem, in_order
from grader.paths import ROOT, SOLUTIONS

EXPORT = """
import json, sys
from importlib import import_module
app = import_module(sys.argv[1] + ".main").create_app()
print(json.dumps(app.openapi()))
"""
# Nothing connects to it: the app only describes itself.
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@localhost/none",
    "JWT_SECRET": "x" * 32,
}


def files() -> dict[Path, str]:
    found = {}
    for problem in in_order():
        found[DOCS / "api" / f"{problem.slug}.json"] = export(problem)
        for language in LANGUAGES:
            page = twin(DOCS / "api" / f"{problem.slug}.md", language)
            found[page] = text(problem, language)
    return found


def export(problem: Problem) -> str:
    """Let the reference describe itself, in a process of its own."""
    env = {**os.environ, **SETTINGS, **problem.settings, "PYTHONPATH": str(SOLUTIONS)}
    command = [sys.executable, "-c", EXPORT, problem.slug]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, check=True)
    described: dict[str, Any] = json.loads(done.stdout)
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def text(problem: Problem, language: str) -> str:
    texts = TEXTS[language]["api"]
    title = texts["title"].format(title=problem.title[language])
    statement = twin(Path(f"{problem.page}.md"), language).name
    intro = texts["intro"].format(page=statement)
    return f'# {title}\n\n{intro}\n\n<swagger-ui src="{problem.slug}.json"/>\n'
