"""Gives names to what the theme and a plugin leave without one, for screen readers."""

import logging

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page

from docs.hooks.repository import language

log = logging.getLogger("mkdocs.hooks.accessible")

FRAME = '<iframe class="swagger-ui-iframe"'
NAMES = {"en": ("Search", "Description of the API"), "zh": ("搜索", "API 的描述")}


@event_priority(-160)
def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """After swagger-ui-tag, which writes its pages anew and in its own order."""
    search, frame = NAMES[language(config)]
    if 'role="dialog"' not in output:
        log.warning("The theme has another search box: see whether it has a name.")
    output = output.replace('role="dialog"', f'role="dialog" aria-label="{search}"')
    return output.replace(FRAME, f'{FRAME} title="{frame}"')
