"""The hooks of the site, each on its own: links, navigation, texts, search."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import markdown
import pytest

from docs.hooks import links, mount, pages, search
from grader.paths import ROOT


@pytest.fixture
def render() -> Any:
    """Render one line of a page of `problems/`, or of another."""

    def rendered(text: str, page: str = "problems/README.md", home: str = "") -> str:
        extension: Any = links.RepositoryLinks(home)
        extension.file = SimpleNamespace(src_uri=page)
        return markdown.markdown(text, extensions=[extension])

    return rendered


def test_a_link_from_problems_to_a_page_of_the_site(render: Any) -> None:
    assert 'href="../guides/reports.md#the-marks"' in render(
        "[r](../docs/guides/reports.md#the-marks)"
    )


def test_a_link_from_the_site_to_problems(render: Any) -> None:
    assert 'href="../problems/README.md"' in render(
        "[p](../../problems/README.md)", page="guides/reports.md"
    )


def test_a_file_of_the_repository_has_its_home_on_the_web(render: Any) -> None:
    shown = render("[g](../grader/cli.py#L1)", home="https://git.example/w/")

    assert 'href="https://git.example/w/blob/main/grader/cli.py#L1"' in shown


def test_without_a_home_it_is_named_only(render: Any) -> None:
    assert render("[g](../grader/cli.py)") == (
        '<p><span title="grader/cli.py">g</span></p>'
    )


def test_an_example_is_no_part_of_the_site(render: Any) -> None:
    shown = render("[e](../docs/examples/n_plus_one.py)", home="https://git.example/w")

    assert "https://git.example/w/blob/main/docs/examples/n_plus_one.py" in shown


def test_a_link_to_nothing_is_a_warning(
    render: Any, caplog: pytest.LogCaptureFixture
) -> None:
    render("[g](../grader/nowhere.py)")

    assert "nothing lies at 'grader/nowhere.py'" in caplog.text
    # Strict builds count the warnings of loggers below "mkdocs".
    assert caplog.records[0].name.startswith("mkdocs.")
    assert caplog.records[0].levelno == logging.WARNING


def test_patterns_in_the_navigation() -> None:
    nav = [{"Problems": ["problems/README.md", "problems/0*.md"]}, "index.md"]
    [section, home] = mount.written_out(nav)

    assert section == {"Problems": ["problems/README.md", *sorted_problems()]}
    assert home == "index.md"


def sorted_problems() -> list[str]:
    found = sorted((ROOT / "problems").glob("0*.md"))
    return [f"problems/{p.name}" for p in found if not p.name.endswith(".zh.md")]


def test_reading_time_counts_words_and_characters_but_no_code() -> None:
    minutes = pages.minutes

    assert minutes("<p>short</p>") == 1
    assert minutes("<p>" + "word " * 441 + "</p>") == 3
    assert minutes("<p>" + "字" * 801 + "</p>") == 3
    assert minutes("<pre>" + "word " * 9000 + "</pre>") == 1


def test_a_callout_gets_its_chinese_title() -> None:
    assert pages.CALLOUT.sub(pages.titled, "> [!NOTE]\n> x") == "> [!NOTE] 注意\n> x"


@pytest.mark.parametrize(
    ("script", "mend", "warning"),
    [
        (
            "workers/search.0.min.js",
            search.mend_workers,
            "see how it cuts Chinese queries",
        ),
        ("bundle.0.min.js", search.fetch_late, "see when it fetches the index"),
    ],
)
def test_another_script_of_the_theme_is_noticed(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    script: str,
    mend: Callable[[Path], object],
    warning: str,
) -> None:
    file = tmp_path / "assets/javascripts" / script
    file.parent.mkdir(parents=True)
    file.write_text("another()", "utf-8")
    mend(tmp_path)

    assert warning in caplog.text


def test_a_tag_for_a_page_that_is_gone_is_noticed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    docs: list[dict[str, Any]] = [{"location": "concepts/websockets/"}]
    search.add_tags(docs, "en")

    assert "close code" in docs[0]["tags"]
    assert "there is no page 'concepts/lifespan'" in caplog.text


def test_of_long_tables_only_the_name_is_found(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    pages = ["proof/", "proof/#shop", "concepts/money/", "concepts/money/#the-mend"]
    entries = [{"location": f"zh/{page}", "text": "words"} for page in pages]
    search.write(path, "zh", entries, "zh/")
    kept = {d["location"]: d for d in json.loads(path.read_text("utf-8"))["docs"]}

    assert set(kept) == {"proof/", "concepts/money/", "concepts/money/#the-mend"}
    assert kept["proof/"]["text"] == ""
    assert kept["concepts/money/"]["boost"] > kept["proof/"]["boost"]


def test_a_description_ends_with_a_sentence() -> None:
    long = "One sentence of some length stands here. " * 6

    assert pages.description(f"<h1>x</h1><p>{long}</p>").endswith("here.")
    assert len(pages.description(f"<p>{long}</p>")) <= 160
    assert pages.description('<p>A <em>short</em> "one".</p>') == (
        "A short &quot;one&quot;."
    )
    assert pages.description("<p>" + "一句话说完。" * 30 + "</p>").endswith("。")
