"""Writes which submissions look alike, after taking out what the workbook gives."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader import files, starter
from grader.catalogue import Problem
from grader.cohort import similar_page
from grader.cohort.job import Job
from grader.cohort.similar import Files, similar
from grader.cohort.store import Store
from grader.paths import SOLUTIONS
from grader.texts import LANGUAGES

PAGES = {"en": "similar.html", "zh": "similar.zh.html"}


def write_similar(
    store: Store, jobs: Sequence[Job], problems: Sequence[Problem]
) -> None:
    texts = {job.id: job.files for job in jobs}
    pairs = similar(texts, explained(problems))
    store.write(store.folder / "similar.csv", similar_page.table(pairs))
    for language in LANGUAGES:
        text = similar_page.render(pairs, texts, language)
        store.write(store.folder / PAGES[language], text)


def explained(problems: Sequence[Problem]) -> Iterator[Files]:
    """What students are given, and what the reference does."""
    with tempfile.TemporaryDirectory() as scratch:
        for problem in problems:
            starter.build(problem, Path(scratch))
            for package in problem.packages:
                yield _read(SOLUTIONS / package)
        yield _read(Path(scratch))


def _read(folder: Path) -> Files:
    return {str(path): path.read_bytes() for path in files.files_of(folder)}
