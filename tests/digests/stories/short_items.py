"""The short items of `tests/data/short_items.toml`, read into articles."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from digests.types import Article
from tests.digests.stories.builders import news

_FILE = Path(__file__).parents[2] / "data" / "short_items.toml"
#: A headline, a headline with a sentence or two, or these alone.
Form = Literal["title", "both", "text"]


def read_items(form: Form) -> Mapping[str, Sequence[Article]]:
    """From genre and template to its items; each row of the genre is another event."""
    genres = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        f"{name}-{place}": [
            _build_item(f"{name}-{n}", template, genre, row, form)
            for n, row in enumerate(genre["rows"])
        ]
        for name, genre in genres.items()
        for place, template in enumerate(genre["templates"])
    }


def _build_item(
    name: str, template: str, genre: Mapping[str, Any], row: Sequence[str], form: Form
) -> Article:
    filled = template.format(**dict(zip(genre["fields"], row, strict=True)))
    title, _, text = (part[:1].upper() + part[1:] for part in filled.partition(" | "))
    return news(
        name,
        "" if form == "title" else text,
        title=None if form == "text" else title,
        lang=genre.get("lang", "en"),
    )
