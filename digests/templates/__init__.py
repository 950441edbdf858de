"""Render an edition as text, Markdown or HTML, with one Jinja2 template per format.

Everything that a template prints is escaped for its format unless `formatting` marked
it as safe, so that an article's words never become markup.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import lru_cache, partial
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from digests.cards import content
from digests.templates import formatting
from digests.types import Edition

DocumentFormat = Literal["text", "markdown", "html"]

_FILES: Mapping[DocumentFormat, str] = {
    "text": "edition.txt",
    "markdown": "edition.md",
    "html": "edition.html",
}
_ESCAPES: Mapping[DocumentFormat, Callable[[object], str]] = {
    "text": formatting.escape_plain,
    "markdown": formatting.escape_markdown,
    # Jinja2 escapes it afterwards.
    "html": formatting.escape_plain,
}
#: Marks around words that stand out.
_STRONG: Mapping[DocumentFormat, tuple[str, str]] = {
    "text": ("", ""),
    "markdown": ("**", "**"),
    "html": ("<strong>", "</strong>"),
}


def render(edition: Edition, format: DocumentFormat, zone: tzinfo = UTC) -> str:
    """The edition as a document that ends in a line break, with times in `zone`."""
    return _template(format).render(edition=edition, zone=zone)


@lru_cache(maxsize=3)
def _template(format: DocumentFormat) -> Template:
    # Text and Markdown have their own escapes: those of HTML would change their words.
    environment = Environment(
        loader=PackageLoader("digests", "templates"),
        autoescape=format == "html",  # noqa: S701
        undefined=StrictUndefined,
        finalize=_ESCAPES[format],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    escape = formatting.escape_html if format == "html" else _ESCAPES[format]
    environment.globals |= {
        "mark": formatting.format_mark,
        "contents": formatting.format_contents,
        "day": formatting.format_day,
        "origin": formatting.format_origin,
        "brief_origin": formatting.format_brief_origin,
        "parts": formatting.order_parts,
        "layout": formatting.arrange_layout,
        "together": formatting.join_sentences,
        "quoted": formatting.format_quote,
        "speaker": formatting.format_speaker,
        "figures": content.list_further_figures,
        "figure": formatting.list_figure_runs,
        "dispute": content.describe_dispute,
        "emphasize": partial(
            formatting.emphasize_runs, escape=escape, strong=_STRONG[format]
        ),
        "made": formatting.describe_process,
        "address": formatting.sanitize_address,
        "link": formatting.format_markdown_link,
    }
    return environment.get_template(_FILES[format])
