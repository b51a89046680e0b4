"""The page that shows which checks guard each sentence of the statements.

A planted bug names the sentences that it breaks; the checks that refused it, as the
record has them, are those that guard them.
"""

from collections.abc import Iterable
from pathlib import Path

from docs.generate.objectives import DOCS
from docs.generate.proof import STALE, stale_cells
from docs.generate.statements import Sentence, sentences
from docs.generate.texts import LANGUAGES, TEXTS, table, twin
from grader.catalogue import Problem, in_order
from grader.judge.own_tests.edits import Variation, planted_bugs
from grader.proof.apps import App
from grader.proof.origins import Cell
from grader.proof.record import read_record


def files() -> dict[Path, str]:
    return {
        twin(DOCS / "sentences.md", language): page(language) for language in LANGUAGES
    }


def page(language: str) -> str:
    texts = TEXTS[language]["sentences"]
    parts = [f"# {texts['title']}", texts["intro"]]
    for problem in in_order():
        if sentences(problem, language):
            parts += [f"## {problem.title[language]}", summary(problem, language)]
            parts += [guards(problem, language)]
    return "\n\n".join(parts) + "\n"


def summary(problem: Problem, language: str) -> str:
    """How many sentences there are, guarded, declared as not graded, and open."""
    named = sentences(problem, language)
    graded = [sentence for sentence in named if sentence.graded]
    guarded = [s for s in graded if breaking(problem, s)]
    proven = [
        sentence
        for sentence in guarded
        if any(refusals(problem, bug) for bug in breaking(problem, sentence))
    ]
    counts = {
        "sentences": len(named),
        "guarded": len(guarded),
        "proven": len(proven),
        "declared": len(named) - len(graded),
        "open": len(graded) - len(guarded),
    }
    return str(TEXTS[language]["sentences"]["summary"].format(**counts))


def guards(problem: Problem, language: str) -> str:
    texts = TEXTS[language]["sentences"]
    head = [texts["id"], texts["sentence"], texts["bugs"], texts["checks"]]
    named = sorted(sentences(problem, language), key=lambda sentence: sentence.stage)
    rows = [[f"`{s.id}`", s.text, *guard(problem, s, texts)] for s in named]
    return table([head, *rows])


def guard(problem: Problem, sentence: Sentence, texts: dict[str, str]) -> list[str]:
    """The bugs that break a sentence, and the checks that refuse them."""
    if not sentence.graded:
        return [texts["declared"], ""]
    bugs = breaking(problem, sentence)
    if not bugs:
        return [f"**{texts['open']}**", ""]
    checks = {name for bug in bugs for name in refusals(problem, bug)}
    return [code(bug.id for bug in bugs), code(sorted(checks)) or STALE]


def breaking(problem: Problem, sentence: Sentence) -> list[Variation]:
    return [bug for bug in planted_bugs(problem) if sentence.id in bug.breaks]


def refusals(problem: Problem, bug: Variation) -> list[str]:
    """The checks that refused a bug at its stage; none while that is not proven."""
    stage = bug.stage or 0
    row = read_record(problem).get(bug.id)
    if row is None or Cell(App("bug", bug), stage) in stale_cells(problem.slug):
        return []
    return row.refused_by.get(stage, [])


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
