"""The confusion matrix of each problem, from what `nox -s prove -- --record` kept."""

import json
from pathlib import Path
from typing import Any

from docs.generate.objectives import DOCS, problems
from docs.generate.texts import LANGUAGES, TEXTS, table, twin
from grader.catalogue import Problem
from grader.judge.own_tests.edits import correct_variants, planted_bugs
from grader.paths import SUITES

Claim = dict[str, Any]


def files() -> dict[Path, str]:
    return {twin(DOCS / "proof.md", language): page(language) for language in LANGUAGES}


def record(problem: Problem) -> list[Claim]:
    """What was proven last; nothing before the first time."""
    path = SUITES / problem.slug / "proof.json"
    claims: list[Claim] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return claims


def page(language: str) -> str:
    texts = TEXTS[language]["proof"]
    parts = [f"# {texts['title']}", texts["intro"]]
    for problem in problems():
        if claims := record(problem):
            parts += [f"## {problem.title[language]}", summary(claims, language)]
            parts += [matrix(problem, claims, language)]
    return "\n\n".join(parts) + "\n"


def summary(claims: list[Claim], language: str) -> str:
    """How many wrong apps were refused, how many right ones accepted."""
    right = [c for c in claims if c["kind"] in ("reference", "variant")]
    wrong = [c for c in claims if c not in right]
    counts = {
        "right": len(right),
        "accepted": sum(not c["refused_by"] for c in right),
        "wrong": len(wrong),
        "refused": sum(bool(c["refused_by"]) for c in wrong),
    }
    return str(TEXTS[language]["proof"]["summary"].format(**counts))


def matrix(problem: Problem, claims: list[Claim], language: str) -> str:
    texts, told = TEXTS[language]["proof"], stories(problem, language)
    stages = [str(stage.number) for stage in problem.stages]
    rows = [[texts["app"], texts["kind"], *stages, texts["story"]]]
    for claim in claims:
        cells = [cell(claim, stage) for stage in stages]
        name, kind = f"`{claim['id']}`", texts[claim["kind"]]
        rows.append([name, kind, *cells, told.get(claim["id"], "")])
    return table(rows)


def stories(problem: Problem, language: str) -> dict[str, str]:
    """What each planted bug and each variant does."""
    known = [*correct_variants(problem), *planted_bugs(problem)]
    return {v.id: v.story[language].replace("|", "\\|") for v in known}


def cell(claim: Claim, stage: str) -> str:
    if refused := claim["refused_by"].get(stage):
        return str(len(refused))
    return "·" if int(stage) in claim["stages"] else ""
