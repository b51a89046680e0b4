"""The confusion matrix of each problem, from what `nox -s prove -- --record` kept.

A cell that was not proven on the files as they are is shown as such.
"""

from functools import cache
from pathlib import Path

from docs.generate.objectives import DOCS
from docs.generate.texts import LANGUAGES, TEXTS, table, twin
from grader.catalogue import Problem, in_order
from grader.judge.own_tests.edits import correct_variants, planted_bugs
from grader.paths import ROOT
from grader.proof.apps import App, apps
from grader.proof.holes import holes
from grader.proof.origins import Cell
from grader.proof.record import Record, read_record, unproven

README = ROOT / "README.md"
MARKS = "<!-- proven -->", "<!-- /proven -->"
STALE = "?"


def files() -> dict[Path, str]:
    pages = {
        twin(DOCS / "proof.md", language): page(language) for language in LANGUAGES
    }
    return {**pages, README: readme()}


def readme() -> str:
    """The README with today's count between its marks."""
    before, _, rest = README.read_text("utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    shown = [app for problem in in_order() for app in apps(problem)]
    proven = [app for problem in in_order() for app in proven_apps(problem)]
    left = sum(len(holes(problem)) for problem in in_order())
    texts = TEXTS["en"]["proof"]
    count = texts["count"].format(**counts(shown, proven))
    if left:
        count += texts["known"].format(holes=left)
    return f"{before}{MARKS[0]}{count}{MARKS[1]}{after}"


@cache
def stale_cells(slug: str) -> frozenset[Cell]:
    return frozenset(unproven(next(p for p in in_order() if p.slug == slug)))


def proven_apps(problem: Problem) -> list[App]:
    """The apps that are proven on all their stages."""
    stale = {cell.app for cell in stale_cells(problem.slug)}
    return [app for app in apps(problem) if app not in stale]


def page(language: str) -> str:
    texts = TEXTS[language]["proof"]
    parts = [f"# {texts['title']}", texts["intro"]]
    for problem in in_order():
        parts += [f"## {problem.title[language]}", summary(problem, language)]
        parts += [matrix(problem, language), *known_holes(problem, language)]
    return "\n\n".join(parts) + "\n"


def summary(problem: Problem, language: str) -> str:
    """How many apps are proven on these files, and when that was shown last."""
    counted = counts(list(apps(problem)), proven_apps(problem))
    rows = read_record(problem).values()
    days = sorted({row.proven_on for row in rows if row.proven_on})
    when = {"first": days[0] if days else "–", "last": days[-1] if days else "–"}
    return str(TEXTS[language]["proof"]["summary"].format(**counted, **when))


def counts(shown: list[App], proven: list[App]) -> dict[str, int]:
    def number(among: list[App], *kinds: str) -> int:
        return sum(app.kind in kinds for app in among)

    return {
        "wrong": number(shown, "bug", "starter"),
        "refused": number(proven, "bug", "starter"),
        "right": number(shown, "reference", "variant"),
        "accepted": number(proven, "reference", "variant"),
    }


def matrix(problem: Problem, language: str) -> str:
    texts, told = TEXTS[language]["proof"], stories(problem, language)
    stages = [str(stage.number) for stage in problem.stages]
    rows = [[texts["app"], texts["kind"], *stages, texts["story"]]]
    record = read_record(problem)
    for app in apps(problem):
        cells = [cell(problem, record, app, stage.number) for stage in problem.stages]
        rows.append([f"`{app.id}`", texts[app.kind], *cells, told.get(app.id, "")])
    return table(rows)


def known_holes(problem: Problem, language: str) -> list[str]:
    """The wrong apps that are known to pass, with the sentences that they break."""
    texts, left = TEXTS[language]["proof"], holes(problem)
    told = stories(problem, language)
    rows = [[texts["app"], texts["sentence"], texts["story"]]]
    for app in left:
        broken = ", ".join(f"`{name}`" for name in app.variation.breaks)
        rows.append([f"`{app.id}`", broken, told[app.id]])
    return [texts["holes"].format(holes=len(left)), table(rows)] if left else []


def stories(problem: Problem, language: str) -> dict[str, str]:
    """What each planted bug, each hole and each variant does."""
    left = [app.variation for app in holes(problem)]
    known = [*correct_variants(problem), *planted_bugs(problem), *left]
    return {v.id: v.story[language].replace("|", "\\|") for v in known}


def cell(problem: Problem, record: Record, app: App, stage: int) -> str:
    if stage not in app.stages(problem):
        return ""
    if Cell(app, stage) in stale_cells(problem.slug):
        return STALE
    refused = record[app.id].refused_by.get(stage)
    return str(len(refused)) if refused else "·"
