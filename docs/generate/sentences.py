"""The page that shows which checks guard each sentence of the statements.

A planted bug names the sentences that it breaks; the checks that refused it, as the
record has them, are those that guard them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from docs.generate.objectives import DOCS
from docs.generate.proof import STALE, stale_cells
from docs.generate.statements import Sentence, sentences
from docs.generate.texts import LANGUAGES, TEXTS, table, twin
from grader.catalogue import Problem, in_order
from grader.judge.own_tests.edits import planted_bugs
from grader.proof.apps import App
from grader.proof.origins import Cell
from grader.proof.record import read_record

# By sentence: the bugs that break it, each with the checks that refused it at its
# stage; none while that is not proven.
Broken = dict[str, dict[str, list[str]]]


def files() -> dict[Path, str]:
    return {
        twin(DOCS / "sentences.md", language): page(language) for language in LANGUAGES
    }


def page(language: str) -> str:
    texts = TEXTS[language]["sentences"]
    parts = [f"# {texts['title']}", texts["intro"]]
    for problem in in_order():
        if named := sentences(problem, language):
            broken = breaking(problem)
            parts += [f"## {problem.title[language]}"]
            parts += [summary(named, broken, language), guards(named, broken, language)]
    return "\n\n".join(parts) + "\n"


def breaking(problem: Problem) -> Broken:
    """The bugs that break each sentence, with the checks that refuse them."""
    record, stale = read_record(problem), stale_cells(problem.slug)
    broken: Broken = {}
    for bug in planted_bugs(problem):
        stage = bug.stage or 0
        row = record.get(bug.id)
        proven = row and Cell(App("bug", bug), stage) not in stale
        checks = row.refused_by.get(stage, []) if row and proven else []
        for name in bug.breaks:
            broken.setdefault(name, {})[bug.id] = checks
    return broken


def summary(named: Sequence[Sentence], broken: Broken, language: str) -> str:
    """How many sentences there are, guarded, declared as not graded, and open."""
    graded = [sentence for sentence in named if sentence.graded]
    guarded = [broken[s.id] for s in graded if s.id in broken]
    counts = {
        "sentences": len(named),
        "guarded": len(guarded),
        "proven": sum(any(bugs.values()) for bugs in guarded),
        "declared": len(named) - len(graded),
        "open": len(graded) - len(guarded),
    }
    return str(TEXTS[language]["sentences"]["summary"].format(**counts))


def guards(named: Sequence[Sentence], broken: Broken, language: str) -> str:
    texts = TEXTS[language]["sentences"]
    head = [texts["id"], texts["sentence"], texts["bugs"], texts["checks"]]
    by_stage = sorted(named, key=lambda sentence: sentence.stage)
    rows = [[f"`{s.id}`", s.text, *guard(s, broken, texts)] for s in by_stage]
    return table([head, *rows])


def guard(sentence: Sentence, broken: Broken, texts: dict[str, str]) -> list[str]:
    """The bugs that break a sentence, and the checks that refuse them."""
    if not sentence.graded:
        return [texts["declared"], ""]
    bugs = broken.get(sentence.id)
    if not bugs:
        return [f"**{texts['open']}**", ""]
    checks = {name for names in bugs.values() for name in names}
    return [code(bugs), code(sorted(checks)) or STALE]


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
