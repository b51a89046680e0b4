"""The index of the concept pages, grouped as the objectives are."""

from pathlib import Path

from docs.generate.objectives import DOCS, read
from docs.generate.texts import LANGUAGES, TEXTS, twin


def files() -> dict[Path, str]:
    return {twin(DOCS / "concepts.md", lang): page(lang) for lang in LANGUAGES}


def page(language: str) -> str:
    texts = TEXTS[language]["concepts"]
    parts = [f"# {texts['title']}", texts["intro"]]
    for group, title in read().groups.items():
        pages = dict.fromkeys(o.page for o in read().of_group(group))
        links = [linked(twin(DOCS / "concepts" / f"{p}.md", language)) for p in pages]
        parts += [f"## {title[language]}", "\n".join(links)]
    return "\n\n".join(parts) + "\n"


def linked(page: Path) -> str:
    """The name of a page is its heading."""
    title = page.read_text("utf-8").split("\n", 1)[0].removeprefix("# ")
    return f"- [{title}](concepts/{page.name})"
