"""The rooms of the grader, read from its imports, drawn into CONTRIBUTING."""

import ast
from pathlib import Path

from grader.paths import ROOT

PAGE = ROOT / "CONTRIBUTING.md"
MARKS = "<!-- rooms -->\n", "<!-- /rooms -->"
# Small modules and data that every room may use: no arrows are drawn to them.
SHARED = {"texts", "errors", "environment", "files", "paths", "results", "catalogue"}
SHARED |= {"cores", "streams"}
# What each room may import, besides what is shared.
ALLOWED = {
    "cli": set[str](),
    "commands": {
        "cohort",
        "learner",
        "mutants",
        "package",
        "proof",
        "report",
        "run",
        "starter",
    },
    "learner": {
        "judge/app",
        "judge/database",
        "judge/own_tests",
        "report",
        "run",
        "services",
        "starter",
    },
    "proof": {"judge/own_tests", "run", "starter"},
    "mutants": {"judge/own_tests", "proof"},
    "cohort": {
        "child",
        "judge/app",
        "learner",
        "proof",
        "report",
        "requirements",
        "run",
        "starter",
        "venvs",
    },
    "package": {"cohort", "report", "requirements"},
    "report": set[str](),
    "starter": set[str](),
    "run": {"judge/app", "judge/checks", "judge/suite", "services"},
    "judge/suite": {
        "child",
        "judge/app",
        "judge/callers",
        "judge/checks",
        "judge/database",
    },
    "judge/own_tests": {"judge/app", "judge/checks", "judge/database"},
    "judge/pace": {"judge/app", "judge/callers", "judge/checks"},
    "judge/app": {
        "child",
        "judge/callers",
        "judge/checks",
        "judge/database",
        "services",
    },
    "judge/callers": {"judge/checks", "judge/database"},
    "judge/checks": set[str](),
    "judge/database": {"services"},
    "child": set[str](),
    "services": set[str](),
    "requirements": {"venvs"},
    "venvs": set[str](),
}


def files() -> dict[Path, str]:
    before, _, rest = PAGE.read_text("utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return {PAGE: f"{before}{MARKS[0]}{picture()}{MARKS[1]}{after}"}


def picture() -> str:
    arrows = [
        f"    {_node(room)} --> {_node(other)}"
        for room, others in sorted(arrows_of().items())
        for other in sorted(others)
    ]
    return "\n".join(["", "```mermaid", "flowchart TD", *arrows, "```", "", ""])


def _node(room: str) -> str:
    return f'{room.replace("/", "_")}["{room}"]'


def arrows_of() -> dict[str, set[str]]:
    """For each room the other rooms that its modules import."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "grader").rglob("*.py")):
        if "stand_ins" not in path.parts:
            room = room_of(_module(path))
            others = {room_of(name) for name in _imports(path)}
            found.setdefault(room, set()).update(others - {room})
    return {
        room: others - SHARED
        for room, others in found.items()
        if room not in SHARED and others - SHARED
    }


def room_of(module: str) -> str:
    """`grader.judge.app.world` lies in the room `judge/app`, `grader.cli` in `cli`."""
    parts = module.split(".")[1:] or ["cli"]
    return "/".join(parts[: 2 if parts[0] == "judge" else 1]).replace("__main__", "cli")


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _imports(path: Path) -> set[str]:
    """The modules of the grader that one module imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = node.module
            # `from grader.judge import database` names a room in its last word.
            deep = base in ("grader", "grader.judge")
            names |= {f"{base}.{a.name}" for a in node.names} if deep else {base}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.split(".")[0] == "grader"}
