"""Pairs that look alike, as a table and as a page with their lines side by side."""

from collections.abc import Iterator, Mapping, Sequence

from grader.cohort.fingerprints import Mark
from grader.cohort.page import page
from grader.cohort.similar import Block, Files, Pair
from grader.cohort.tables import as_csv
from grader.report.elements import Element, element
from grader.report.failure import clean
from grader.texts import say

# More than anybody reads.
SHOWN_PAIRS, SHOWN_LINES = 40, 40
STYLE = """
body { max-width: 90rem; }
.beside { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; }
.beside > * { min-width: 0; }
"""


def table(pairs: Sequence[Pair]) -> str:
    return as_csv(
        {
            "one": pair.left,
            "other": pair.right,
            "share": round(pair.share, 3),
            "marks": pair.shared,
            "files": "; ".join(sorted({block.left.file for block in pair.blocks})),
        }
        for pair in pairs
    )


def render(pairs: Sequence[Pair], texts: Mapping[str, Files], language: str) -> str:
    title = say("cohort.similar", language)
    main = element(
        "main",
        element("h1", title),
        element("p", say("cohort.similar_says", language)),
        *(part for p in pairs[:SHOWN_PAIRS] for part in _pair(p, texts, language)),
    )
    return page(title, STYLE, element("body", main), language)


def _pair(pair: Pair, texts: Mapping[str, Files], language: str) -> Iterator[Element]:
    yield element("h2", f"{clean(pair.left)} · {clean(pair.right)}")
    told = say("cohort.shares", language, percent=round(100 * pair.share))
    yield element("p", told, class_="soft")
    for block in pair.blocks:
        yield _beside(pair, block, texts)


def _beside(pair: Pair, block: Block, texts: Mapping[str, Files]) -> Element:
    return element(
        "div",
        _lines(pair.left, block.left, texts),
        _lines(pair.right, block.right, texts),
        class_="beside",
    )


def _lines(name: str, mark: Mark, texts: Mapping[str, Files]) -> Element:
    text = texts[name][mark.file].decode("utf-8", "replace").splitlines()
    shown = text[mark.first - 1 : mark.last][:SHOWN_LINES]
    where = f"{mark.file}:{mark.first}–{mark.last}"
    return element(
        "div",
        element("p", clean(f"{name} · {where}"), class_="soft"),
        element("pre", clean("\n".join(shown)), tabindex="0"),
    )
