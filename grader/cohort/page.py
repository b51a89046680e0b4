"""A page of ours that loads nothing and runs nothing, in the report's style."""

from pathlib import Path

from grader.report.elements import Element, as_html, element
from grader.report.html import TAGS, policy

STYLE = Path(__file__).parents[1] / "report" / "page.css"


def page(title: str, style: str, body: Element, language: str) -> str:
    whole = STYLE.read_text("utf-8") + style
    head = element(
        "head",
        element("meta", charset="utf-8"),
        policy(whole, ""),
        element("meta", name="viewport", content="width=device-width"),
        element("title", title),
        element("style", whole),
    )
    return as_html(element("html", head, body, lang=TAGS[language]))
