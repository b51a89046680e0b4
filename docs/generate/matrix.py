"""The page that shows which stage grades which objective."""

from pathlib import Path

from docs.generate.objectives import DOCS, Objective, read
from docs.generate.texts import LANGUAGES, TEXTS, anchor, table, twin
from grader.catalogue import Problem, Stage, in_order


def files() -> dict[Path, str]:
    return {twin(DOCS / "objectives.md", lang): page(lang) for lang in LANGUAGES}


def page(language: str) -> str:
    texts = TEXTS[language]["matrix"]
    parts = [f"# {texts['title']}", texts["intro"], f"## {texts['objectives']}"]
    for group, title in read().groups.items():
        parts += [f"### {title[language]}", objectives_of(group, language)]
    parts += [f"## {texts['stages']}", texts["stages_intro"]]
    for problem in in_order():
        parts += [f"### {problem.title[language]}", stages_of(problem, language)]
    return "\n\n".join(parts) + "\n"


def objectives_of(group: str, language: str) -> str:
    shown, word = in_order(), TEXTS[language]["matrix"]["objective"]
    rows = [[word, *(f"`{problem.slug}`" for problem in shown)]]
    for objective in read().of_group(group):
        graded = [numbers(objective, problem, language) for problem in shown]
        rows.append([explained(objective, language), *graded])
    return table(rows)


def explained(objective: Objective, language: str) -> str:
    page = twin(DOCS / "concepts" / f"{objective.page}.md", language)
    title = objective.title[language]
    return f"[{title}](concepts/{page.name})" if page.exists() else title


def numbers(objective: Objective, problem: Problem, language: str) -> str:
    stages = (problem.stage(number) for number in objective.in_problem(problem.slug))
    return " · ".join(
        f"[{stage.number}]({link(problem, stage, language)})" for stage in stages
    )


def stages_of(problem: Problem, language: str) -> str:
    texts = TEXTS[language]
    rows = [[texts["stage"], texts["points"], texts["matrix"]["grades"]]]
    for stage in problem.stages:
        graded = read().graded_by((problem.slug, stage.number))
        # Two objectives have one name: database testing.
        titles = dict.fromkeys(objective.title[language] for objective in graded)
        name = f"[{named(stage, language)}]({link(problem, stage, language)})"
        rows.append([name, str(stage.points), texts["comma"].join(titles)])
    return table(rows)


def named(stage: Stage, language: str) -> str:
    return f"{stage.number}{TEXTS[language]['colon']}{stage.title[language]}"


def link(problem: Problem, stage: Stage, language: str) -> str:
    heading = f"{TEXTS[language]['stage']} {named(stage, language)}"
    page = twin(Path("../problems", f"{problem.page}.md"), language)
    return f"{page.as_posix()}#{anchor(heading)}"
