"""The reports for browsers and machines: golden files, and nothing hostile in them."""

import importlib
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from grader.catalogue import load
from grader.paths import ROOT
from grader.report import gradescope, html, junit, summary
from grader.report.formats import FORMATS
from grader.results import Result, write_json
from tests.learner.sample import HOSTILE, result

GOLDEN = Path(__file__).parent / "golden"
SUFFIXES = {"html": "html", "junit": "xml", "gradescope": "json", "summary": "md"}
SCHEMA = ROOT / "grader" / "report" / "result.schema.json"


def test_every_format_has_golden_reports() -> None:
    # That of Classroom 50 is made of a repository and a runner's environment, too:
    # `tests/cohort/test_classroom50.py`.
    assert {*SUFFIXES, "classroom50"} == set(FORMATS)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SUFFIXES)
def test_report_is_the_golden_one(name: str, language: str) -> None:
    """After a wanted change: UPDATE_GOLDEN=1 pytest tests/learner; read the diff."""
    golden = GOLDEN / f"{name}.{language}.{SUFFIXES[name]}"

    text = importlib.import_module(f"grader.report.{name}").render(
        result(language), language
    )

    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_result_with_half_a_character_is_written_and_read(tmp_path: Path) -> None:
    file = tmp_path / "result.json"

    write_json(result("en"), file)

    data = json.loads(file.read_text("utf-8"))
    jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))
    assert Result.from_json(data) == result("en")


def test_html_has_no_elements_but_ours() -> None:
    text = html.render(result("en"), "en")

    assert text.count("<script") == 1
    assert "<img" not in text
    assert "javascript:" not in re.sub(r">[^<]*<", "><", text)
    assert "&lt;script&gt;alert(1)" in text


def test_html_loads_nothing() -> None:
    text = html.render(result("en"), "en")

    assert "default-src 'none'" in text
    assert not re.search(
        r"\b(src|srcset|action|style)=", re.sub(r">[^<]*<", "><", text)
    )


def test_junit_counts_and_places() -> None:
    root = ElementTree.fromstring(junit.render(result("en"), "en"))

    assert (root.get("tests"), root.get("failures")) == ("8", "2")
    assert (root.get("errors"), root.get("skipped")) == ("1", "3")
    case = root.find("testsuite/testcase")
    assert case is not None
    assert (case.get("file"), case.get("line")) == ("starter/blog/services.py", "42")


def test_gradescope_points_are_those_of_the_result() -> None:
    data = json.loads(gradescope.render(result("en"), "en"))

    assert data["score"] == 2
    assert sum(test["max_score"] for test in data["tests"]) == 10
    assert {test["status"] for test in data["tests"]} == {"passed", "failed"}


@pytest.mark.parametrize("name", SUFFIXES)
def test_what_is_not_begun_is_no_failure_to_read(name: str) -> None:
    text = importlib.import_module(f"grader.report.{name}").render(result("en"), "en")

    filters = next(
        c.title["en"] for c in load("blog").stage(4).checks if c.id == "filters"
    )
    assert "not begun" in text.lower()
    # JUnit counts checks, so they are named; as skipped.
    assert (filters in text) == (name == "junit")


def test_summary_keeps_what_an_app_printed_in_its_block() -> None:
    text = summary.render(result("en"), "en")

    # Each block opens with more backticks than anything in it has.
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.S | re.M)
    assert "alert" not in outside
    assert "```" not in outside


def test_summary_is_bounded() -> None:
    long = result("en")
    stage = long.problems[0].stages[0]
    stage.checks = stage.checks[:1] * 5000

    text = summary.render(long, "en", limit=20_000)

    assert len(text.encode()) <= 20_000
    shown = text.count("<details>")
    assert f"{5000 - shown} more failures are not shown" in text


@pytest.mark.parametrize("name", SUFFIXES)
def test_no_control_reaches_a_report(name: str) -> None:
    text = importlib.import_module(f"grader.report.{name}").render(result("en"), "en")

    for character in ("\x1b", "\x07", "\ud800", "\u202e"):
        assert character in HOSTILE
        assert character not in text
