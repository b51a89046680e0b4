"""Puts the texts of a saved result into another language."""

from typing import Any

from grader.catalogue import load
from grader.results import Result
from grader.texts import LANGUAGES, Text


def translated(result: Result, language: str) -> None:
    """Say every title and failure of `result` in `language`, in place."""
    result.language = language
    for problem in result.problems:
        catalogue = load(problem.slug)
        for stage in problem.stages:
            stage.title = catalogue.stage(stage.number).title[language]
            for check in stage.checks:
                known = catalogue.check(stage.number, check.id)
                check.title = known.title[language]
                if check.failure:
                    check.failure["why"] = known.why.text[language]
                    for said in (check.failure, *check.failure["notes"]):
                        text = Text(said["key"], said["params"])
                        said["text"] = text.render(language)


def readable(value: Any, language: str) -> Any:
    """A value of a failure; the texts in it are said in `language`."""
    if isinstance(value, list):
        return [readable(item, language) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"text"}:
        return Text(value["text"]["key"], value["text"]["params"]).render(language)
    if set(value) == set(LANGUAGES):
        return value[language]
    return {name: readable(item, language) for name, item in value.items()}
