"""Renders an edition as text, Markdown or HTML; it chooses and changes nothing in it.

One Jinja2 template a format. Whatever a template prints is escaped for its format
unless it was made ready by `escaping`, so that an article's words never become markup.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from digests.templates import escaping, wording
from digests.types import Edition

Format = Literal["text", "markdown", "html"]

_FILES: Mapping[Format, str] = {
    "text": "edition.txt",
    "markdown": "edition.md",
    "html": "edition.html",
}
_ESCAPES: Mapping[Format, Callable[[object], str]] = {
    "text": escaping.plain,
    "markdown": escaping.markdown,
    # What Jinja2 escapes after it.
    "html": escaping.plain,
}


def render(edition: Edition, format: Format) -> str:
    """The whole edition as one document that ends in a line break."""
    return _template(format).render(edition=edition)


@lru_cache(maxsize=3)
def _template(format: Format) -> Template:
    # Text and Markdown have their own escapes: HTML's would spoil their words.
    environment = Environment(
        loader=PackageLoader("digests", "templates"),
        autoescape=format == "html",  # noqa: S701
        undefined=StrictUndefined,
        finalize=_ESCAPES[format],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        name: getattr(wording, name)
        for name in (
            *("contents", "day", "origin", "brief_origin", "parts", "hero", "also"),
            *("together", "quoted", "speaker", "figure", "dispute", "made"),
        )
    }
    environment.globals |= {
        "address": escaping.address,
        "link": escaping.markdown_link,
    }
    return environment.get_template(_FILES[format])
