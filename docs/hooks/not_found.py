"""A page in each language for addresses at which nothing is."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

NAME = "404.html"


def on_post_template(
    output_content: str, template_name: str, config: MkDocsConfig
) -> str:
    """Put the Chinese one aside: every build writes to the same place."""
    if template_name != NAME or config.theme["language"] != "zh":
        return output_content
    # Let it look into the Chinese index, as all pages below zh/ do.
    text = re.sub(r'("base": "[^"]*?)/?"', r'\1/zh"', output_content, count=1)
    page = Path(config.site_dir, "zh", NAME)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, "utf-8")
    return ""
